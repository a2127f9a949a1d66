CREATE TABLE clients (
    id INTEGER PRIMARY KEY,
    first_name VARCHAR,
    last_name VARCHAR,
    email VARCHAR UNIQUE,
    country VARCHAR,
    created_at TIMESTAMP,
    newsletter BOOLEAN
);

CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    category VARCHAR,
    price DOUBLE,
    stock INTEGER
);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    client_id INTEGER REFERENCES clients (id),
    status VARCHAR CHECK (status IN ('pending', 'paid', 'shipped', 'returned')),
    ordered_at TIMESTAMP,
    shipped_at TIMESTAMP
);

CREATE TABLE order_lines (
    order_id INTEGER REFERENCES orders (id),
    item_id INTEGER REFERENCES items (id),
    quantity INTEGER,
    discount DOUBLE,
    PRIMARY KEY (order_id, item_id)
);
