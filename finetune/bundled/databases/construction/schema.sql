CREATE TABLE architects (
    architect_id INTEGER PRIMARY KEY,
    full_name VARCHAR,
    city VARCHAR
);

CREATE TABLE sites (
    site_id INTEGER PRIMARY KEY,
    architect_id INTEGER REFERENCES architects (architect_id),
    address VARCHAR,
    building_type VARCHAR CHECK (building_type IN ('school', 'office', 'bridge', 'housing')),
    budget DECIMAL(14, 2),
    started DATE,
    completed DATE
);

CREATE TABLE inspections (
    inspection_id INTEGER PRIMARY KEY,
    site_id INTEGER REFERENCES sites (site_id),
    inspector VARCHAR,
    inspected_on DATE,
    passed BOOLEAN,
    defects INTEGER
);
