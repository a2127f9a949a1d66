CREATE TABLE stations (
    station_code VARCHAR PRIMARY KEY,
    station_name VARCHAR,
    country VARCHAR,
    elevation INTEGER,
    installed DATE
);

CREATE TABLE measurements (
    station_code VARCHAR REFERENCES stations (station_code),
    measured_on DATE,
    max_temperature DOUBLE,
    min_temperature DOUBLE,
    rainfall DOUBLE,
    sky VARCHAR CHECK (sky IN ('clear', 'cloudy', 'rain', 'snow')),
    PRIMARY KEY (station_code, measured_on)
);
