CREATE TABLE airports (
    airport_code VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    city VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    altitude INTEGER NOT NULL
);

CREATE TABLE airlines (
    airline_code VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    country VARCHAR NOT NULL,
    alliance VARCHAR
);

CREATE TABLE aircraft (
    registration VARCHAR PRIMARY KEY,
    airline_code VARCHAR NOT NULL REFERENCES airlines (airline_code),
    model VARCHAR NOT NULL,
    seats INTEGER NOT NULL CHECK (seats > 0),
    built_year INTEGER NOT NULL
);

CREATE TABLE flights (
    flight_id INTEGER PRIMARY KEY,
    flight_number VARCHAR NOT NULL,
    airline_code VARCHAR NOT NULL REFERENCES airlines (airline_code),
    registration VARCHAR NOT NULL REFERENCES aircraft (registration),
    origin VARCHAR NOT NULL REFERENCES airports (airport_code),
    destination VARCHAR NOT NULL REFERENCES airports (airport_code),
    departure_time TIMESTAMP NOT NULL,
    distance_km INTEGER NOT NULL CHECK (distance_km > 0),
    status VARCHAR NOT NULL CHECK (status IN ('landed', 'cancelled', 'diverted')),
    delay_minutes INTEGER CHECK (delay_minutes >= 0),
    CHECK (origin <> destination)
);

CREATE TABLE passengers (
    passenger_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    nationality VARCHAR NOT NULL,
    birth_date DATE NOT NULL,
    frequent_flyer_level VARCHAR CHECK (frequent_flyer_level IN ('blue', 'silver', 'gold'))
);

CREATE TABLE bookings (
    booking_id INTEGER PRIMARY KEY,
    flight_id INTEGER NOT NULL REFERENCES flights (flight_id),
    passenger_id INTEGER NOT NULL REFERENCES passengers (passenger_id),
    booked_on DATE NOT NULL,
    cabin VARCHAR NOT NULL CHECK (cabin IN ('economy', 'premium', 'business')),
    price DECIMAL(8, 2) NOT NULL CHECK (price > 0),
    bags INTEGER NOT NULL CHECK (bags >= 0),
    seat VARCHAR,
    UNIQUE (flight_id, passenger_id)
);
