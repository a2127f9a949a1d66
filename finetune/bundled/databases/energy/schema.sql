CREATE TABLE power_plants (
    plant_id INTEGER PRIMARY KEY,
    plant_name VARCHAR,
    fuel VARCHAR CHECK (fuel IN ('gas', 'hydro', 'solar', 'wind', 'coal')),
    country VARCHAR,
    capacity_mw DOUBLE,
    opened DATE
);

CREATE TABLE outputs (
    output_id INTEGER PRIMARY KEY,
    plant_id INTEGER REFERENCES power_plants (plant_id),
    output_date DATE,
    energy_mwh DOUBLE,
    downtime_hours DOUBLE
);
