CREATE TABLE mechanics (
    mechanic_id INTEGER PRIMARY KEY,
    first_name VARCHAR,
    last_name VARCHAR,
    hourly_wage DECIMAL(6, 2)
);

CREATE TABLE cars (
    car_id INTEGER PRIMARY KEY,
    make VARCHAR CHECK (make IN ('Toyota', 'Volvo', 'Fiat', 'Ford', 'Kia')),
    model VARCHAR,
    year INTEGER,
    mileage INTEGER,
    owner_name VARCHAR
);

CREATE TABLE repairs (
    repair_id INTEGER PRIMARY KEY,
    car_id INTEGER REFERENCES cars (car_id),
    mechanic_id INTEGER REFERENCES mechanics (mechanic_id),
    fault VARCHAR,
    started DATE,
    finished DATE,
    cost DECIMAL(8, 2),
    warranty BOOLEAN
);
