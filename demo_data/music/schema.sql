CREATE TABLE artists (
    artist_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    country VARCHAR NOT NULL,
    genre VARCHAR NOT NULL,
    formed_year INTEGER CHECK (formed_year > 1950)
);

CREATE TABLE albums (
    album_id INTEGER PRIMARY KEY,
    artist_id INTEGER NOT NULL REFERENCES artists (artist_id),
    title VARCHAR NOT NULL,
    released_on DATE NOT NULL,
    record_label VARCHAR
);

CREATE TABLE tracks (
    track_id INTEGER PRIMARY KEY,
    album_id INTEGER NOT NULL REFERENCES albums (album_id),
    title VARCHAR NOT NULL,
    duration_seconds INTEGER NOT NULL CHECK (duration_seconds > 0),
    is_explicit BOOLEAN NOT NULL
);

CREATE TABLE listeners (
    listener_id INTEGER PRIMARY KEY,
    username VARCHAR NOT NULL UNIQUE,
    country VARCHAR NOT NULL,
    birth_year INTEGER,
    plan VARCHAR NOT NULL CHECK (plan IN ('free', 'premium', 'family')),
    signed_up_on DATE NOT NULL
);

CREATE TABLE plays (
    play_id INTEGER PRIMARY KEY,
    listener_id INTEGER NOT NULL REFERENCES listeners (listener_id),
    track_id INTEGER NOT NULL REFERENCES tracks (track_id),
    played_at TIMESTAMP NOT NULL,
    device VARCHAR NOT NULL CHECK (device IN ('phone', 'laptop', 'speaker', 'car')),
    seconds_played INTEGER NOT NULL CHECK (seconds_played >= 0)
);

CREATE TABLE playlists (
    playlist_id INTEGER PRIMARY KEY,
    listener_id INTEGER NOT NULL REFERENCES listeners (listener_id),
    title VARCHAR NOT NULL UNIQUE,
    created_on DATE NOT NULL,
    is_public BOOLEAN NOT NULL
);

CREATE TABLE playlist_tracks (
    playlist_id INTEGER NOT NULL REFERENCES playlists (playlist_id),
    position INTEGER NOT NULL CHECK (position > 0),
    track_id INTEGER NOT NULL REFERENCES tracks (track_id),
    PRIMARY KEY (playlist_id, position)
);
