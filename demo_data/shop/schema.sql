CREATE TABLE suppliers (
    supplier_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    country VARCHAR NOT NULL,
    delivery_days INTEGER NOT NULL CHECK (delivery_days > 0)
);

CREATE TABLE products (
    product_name VARCHAR PRIMARY KEY,
    category VARCHAR NOT NULL,
    list_price DECIMAL(8, 2) NOT NULL CHECK (list_price > 0),
    is_organic BOOLEAN NOT NULL,
    supplier_id INTEGER NOT NULL REFERENCES suppliers (supplier_id)
);

CREATE TABLE stores (
    store_id INTEGER PRIMARY KEY,
    city VARCHAR NOT NULL UNIQUE,
    manager VARCHAR,
    opened_on DATE NOT NULL,
    floor_area INTEGER NOT NULL CHECK (floor_area > 0)
);

CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    email VARCHAR,
    city VARCHAR NOT NULL,
    birth_date DATE,
    joined_on DATE NOT NULL,
    loyalty_level VARCHAR CHECK (loyalty_level IN ('bronze', 'silver', 'gold'))
);

CREATE TABLE purchases (
    purchase_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    product_name VARCHAR NOT NULL REFERENCES products (product_name),
    channel VARCHAR NOT NULL CHECK (channel IN ('store', 'online')),
    store_id INTEGER REFERENCES stores (store_id),
    purchase_date DATE NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_price DECIMAL(8, 2) NOT NULL CHECK (unit_price > 0),
    payment_method VARCHAR NOT NULL CHECK (payment_method IN ('card', 'cash', 'voucher'))
);

CREATE TABLE reviews (
    review_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    product_name VARCHAR NOT NULL REFERENCES products (product_name),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    reviewed_on DATE NOT NULL,
    comment VARCHAR,
    UNIQUE (customer_id, product_name)
);
