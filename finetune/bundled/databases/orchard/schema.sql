CREATE TABLE fields (
    field_id INTEGER PRIMARY KEY,
    field_name VARCHAR,
    size_hectares DOUBLE,
    soil VARCHAR CHECK (soil IN ('clay', 'loam', 'sand'))
);

CREATE TABLE trees (
    tree_id INTEGER PRIMARY KEY,
    field_id INTEGER REFERENCES fields (field_id),
    fruit VARCHAR CHECK (fruit IN ('apple', 'pear', 'cherry', 'plum')),
    planted DATE,
    height DOUBLE
);

CREATE TABLE harvests (
    harvest_id INTEGER PRIMARY KEY,
    field_id INTEGER REFERENCES fields (field_id),
    harvested_on DATE,
    kilograms DOUBLE,
    workers INTEGER
);
