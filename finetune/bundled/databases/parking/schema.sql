CREATE TABLE garages (
    garage_id INTEGER PRIMARY KEY,
    name VARCHAR,
    district VARCHAR,
    spaces INTEGER,
    hourly_rate DECIMAL(4, 2)
);

CREATE TABLE stays (
    stay_id INTEGER PRIMARY KEY,
    garage_id INTEGER REFERENCES garages (garage_id),
    license_plate VARCHAR,
    entered_at TIMESTAMP,
    left_at TIMESTAMP,
    fee DECIMAL(6, 2)
);
