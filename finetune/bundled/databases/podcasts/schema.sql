CREATE TABLE hosts (
    host_id INTEGER PRIMARY KEY,
    full_name VARCHAR,
    country VARCHAR
);

CREATE TABLE podcasts (
    podcast_id INTEGER PRIMARY KEY,
    host_id INTEGER REFERENCES hosts (host_id),
    title VARCHAR,
    topic VARCHAR CHECK (topic IN ('science', 'history', 'sport', 'crime')),
    language VARCHAR,
    started DATE
);

CREATE TABLE episodes (
    episode_id INTEGER PRIMARY KEY,
    podcast_id INTEGER REFERENCES podcasts (podcast_id),
    title VARCHAR,
    published DATE,
    duration_minutes INTEGER,
    downloads INTEGER,
    rating DOUBLE
);
