CREATE TABLE painters (
    painter_id INTEGER PRIMARY KEY,
    full_name VARCHAR,
    country VARCHAR,
    birth_year INTEGER,
    death_year INTEGER
);

CREATE TABLE paintings (
    painting_id INTEGER PRIMARY KEY,
    painter_id INTEGER REFERENCES painters (painter_id),
    title VARCHAR,
    technique VARCHAR CHECK (technique IN ('oil', 'watercolour', 'fresco', 'ink')),
    year INTEGER,
    insured_value DOUBLE,
    acquired DATE
);

CREATE TABLE exhibitions (
    exhibition_id INTEGER PRIMARY KEY,
    title VARCHAR,
    hall VARCHAR,
    opening_date DATE,
    closing_date DATE
);

CREATE TABLE exhibited (
    exhibition_id INTEGER REFERENCES exhibitions (exhibition_id),
    painting_id INTEGER REFERENCES paintings (painting_id),
    PRIMARY KEY (exhibition_id, painting_id)
);
