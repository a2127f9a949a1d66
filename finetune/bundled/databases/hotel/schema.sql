CREATE TABLE hotels (
    hotel_id INTEGER PRIMARY KEY,
    hotel_name VARCHAR,
    city VARCHAR,
    stars INTEGER CHECK (stars BETWEEN 1 AND 5)
);

CREATE TABLE rooms (
    room_id INTEGER PRIMARY KEY,
    hotel_id INTEGER REFERENCES hotels (hotel_id),
    room_type VARCHAR CHECK (room_type IN ('single', 'double', 'family', 'suite')),
    price_per_night DECIMAL(8, 2)
);

CREATE TABLE guests (
    guest_id INTEGER PRIMARY KEY,
    guest_name VARCHAR,
    nationality VARCHAR,
    email VARCHAR
);

CREATE TABLE bookings (
    booking_id INTEGER PRIMARY KEY,
    room_id INTEGER REFERENCES rooms (room_id),
    guest_id INTEGER REFERENCES guests (guest_id),
    check_in DATE,
    check_out DATE,
    nights INTEGER,
    total DECIMAL(10, 2)
);
