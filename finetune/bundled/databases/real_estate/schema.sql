CREATE TABLE realtors (
    realtor_id INTEGER PRIMARY KEY,
    name VARCHAR,
    office VARCHAR
);

CREATE TABLE houses (
    house_id INTEGER PRIMARY KEY,
    realtor_id INTEGER REFERENCES realtors (realtor_id),
    street VARCHAR,
    city VARCHAR,
    bedrooms INTEGER,
    area_m2 DOUBLE,
    asking_price DECIMAL(12, 2),
    listed_on DATE,
    sold_on DATE
);

CREATE TABLE viewings (
    viewing_id INTEGER PRIMARY KEY,
    house_id INTEGER REFERENCES houses (house_id),
    visitor_name VARCHAR,
    viewed_on DATE
);
