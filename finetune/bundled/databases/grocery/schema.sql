CREATE TABLE shoppers (
    shopper_id INTEGER PRIMARY KEY,
    full_name VARCHAR NOT NULL,
    city VARCHAR,
    joined_on DATE NOT NULL,
    loyalty_level VARCHAR CHECK (loyalty_level IN ('bronze', 'silver', 'gold'))
);

CREATE TABLE baskets (
    basket_id INTEGER PRIMARY KEY,
    shopper_id INTEGER NOT NULL REFERENCES shoppers (shopper_id),
    product_name VARCHAR NOT NULL,
    category VARCHAR,
    quantity INTEGER NOT NULL,
    unit_price DECIMAL(8, 2) NOT NULL,
    bought_on DATE NOT NULL
);
