CREATE TABLE parties (
    party_id INTEGER PRIMARY KEY,
    party_name VARCHAR,
    founded_year INTEGER,
    colour VARCHAR CHECK (colour IN ('red', 'green', 'blue', 'yellow'))
);

CREATE TABLE districts (
    district_id INTEGER PRIMARY KEY,
    district_name VARCHAR,
    population INTEGER,
    area DOUBLE
);

CREATE TABLE candidates (
    candidate_id INTEGER PRIMARY KEY,
    name VARCHAR,
    gender VARCHAR CHECK (gender IN ('male', 'female')),
    age INTEGER,
    party_id INTEGER REFERENCES parties (party_id),
    district_id INTEGER REFERENCES districts (district_id),
    votes INTEGER,
    elected BOOLEAN
);
