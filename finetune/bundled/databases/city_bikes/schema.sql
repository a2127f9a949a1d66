CREATE TABLE docks (
    dock_id INTEGER PRIMARY KEY,
    dock_name VARCHAR,
    neighbourhood VARCHAR,
    places INTEGER,
    opened DATE
);

CREATE TABLE riders (
    rider_id INTEGER PRIMARY KEY,
    name VARCHAR,
    gender VARCHAR CHECK (gender IN ('male', 'female')),
    birth_year INTEGER,
    membership VARCHAR CHECK (membership IN ('day', 'month', 'year'))
);

CREATE TABLE rentals (
    rental_id INTEGER PRIMARY KEY,
    rider_id INTEGER REFERENCES riders (rider_id),
    dock_id INTEGER REFERENCES docks (dock_id),
    rented_at TIMESTAMP,
    minutes INTEGER,
    distance_km DOUBLE
);
