CREATE TABLE sales (
    sale_id INTEGER PRIMARY KEY,
    store VARCHAR,
    region VARCHAR CHECK (region IN ('North', 'South', 'East', 'West')),
    product VARCHAR,
    customer_name VARCHAR,
    sale_date DATE,
    units INTEGER,
    revenue DECIMAL(10, 2)
);
