CREATE TABLE growers (
    grower_id INTEGER PRIMARY KEY,
    grower_name VARCHAR,
    region VARCHAR CHECK (region IN ('Mosel', 'Rioja', 'Barossa', 'Napa')),
    founded_year INTEGER
);

CREATE TABLE bottles (
    bottle_id INTEGER PRIMARY KEY,
    grower_id INTEGER REFERENCES growers (grower_id),
    label VARCHAR,
    grape VARCHAR CHECK (grape IN ('Riesling', 'Syrah', 'Merlot', 'Chardonnay')),
    vintage_year INTEGER,
    alcohol DOUBLE,
    price DECIMAL(7, 2)
);

CREATE TABLE tastings (
    tasting_id INTEGER PRIMARY KEY,
    bottle_id INTEGER REFERENCES bottles (bottle_id),
    taster VARCHAR,
    tasted_on DATE,
    points INTEGER,
    remark VARCHAR
);
