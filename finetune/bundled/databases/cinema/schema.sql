CREATE TABLE films (
    film_id INTEGER PRIMARY KEY,
    title VARCHAR,
    genre VARCHAR CHECK (genre IN ('comedy', 'drama', 'thriller', 'animation')),
    release_date DATE,
    duration INTEGER,
    age_limit INTEGER
);

CREATE TABLE halls (
    hall_id INTEGER PRIMARY KEY,
    name VARCHAR,
    capacity INTEGER,
    screen_type VARCHAR CHECK (screen_type IN ('standard', '3D', 'IMAX'))
);

CREATE TABLE screenings (
    screening_id INTEGER PRIMARY KEY,
    film_id INTEGER REFERENCES films (film_id),
    hall_id INTEGER REFERENCES halls (hall_id),
    starts_at TIMESTAMP,
    ticket_price DECIMAL(5, 2),
    tickets_sold INTEGER
);
