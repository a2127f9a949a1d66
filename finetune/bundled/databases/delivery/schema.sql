CREATE TABLE drivers (
    driver_id INTEGER PRIMARY KEY,
    full_name VARCHAR,
    license_class VARCHAR CHECK (license_class IN ('B', 'C', 'CE')),
    hired DATE
);

CREATE TABLE vehicles (
    vehicle_id INTEGER PRIMARY KEY,
    plate VARCHAR,
    model VARCHAR,
    capacity_kg INTEGER,
    bought DATE,
    electric BOOLEAN
);

CREATE TABLE deliveries (
    delivery_id INTEGER PRIMARY KEY,
    driver_id INTEGER REFERENCES drivers (driver_id),
    vehicle_id INTEGER REFERENCES vehicles (vehicle_id),
    destination_city VARCHAR,
    delivered_on DATE,
    weight_kg DOUBLE,
    distance_km DOUBLE
);
