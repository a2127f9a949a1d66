CREATE TABLE keepers (
    keeper_id INTEGER PRIMARY KEY,
    name VARCHAR,
    hired_on DATE,
    salary INTEGER
);

CREATE TABLE enclosures (
    enclosure_id INTEGER PRIMARY KEY,
    name VARCHAR,
    habitat VARCHAR CHECK (habitat IN ('savanna', 'rainforest', 'desert', 'aquarium')),
    area_m2 DOUBLE
);

CREATE TABLE animals (
    animal_id INTEGER PRIMARY KEY,
    name VARCHAR,
    species VARCHAR CHECK (species IN ('lion', 'zebra', 'otter', 'parrot', 'tortoise', 'seal')),
    sex VARCHAR CHECK (sex IN ('M', 'F')),
    birth_date DATE,
    weight_kg DOUBLE,
    enclosure_id INTEGER REFERENCES enclosures (enclosure_id),
    keeper_id INTEGER REFERENCES keepers (keeper_id)
);

CREATE TABLE feedings (
    feeding_id INTEGER PRIMARY KEY,
    animal_id INTEGER REFERENCES animals (animal_id),
    fed_at TIMESTAMP,
    food VARCHAR,
    amount_kg DOUBLE
);
