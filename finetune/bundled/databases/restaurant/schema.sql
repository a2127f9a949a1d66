CREATE TABLE dishes (
    dish_id INTEGER PRIMARY KEY,
    dish_name VARCHAR,
    cuisine VARCHAR CHECK (cuisine IN ('Italian', 'Thai', 'Mexican', 'French')),
    price DECIMAL(6, 2),
    vegetarian BOOLEAN
);

CREATE TABLE waiters (
    waiter_id INTEGER PRIMARY KEY,
    waiter_name VARCHAR,
    shift VARCHAR CHECK (shift IN ('lunch', 'dinner'))
);

CREATE TABLE servings (
    serving_id INTEGER PRIMARY KEY,
    dish_id INTEGER REFERENCES dishes (dish_id),
    waiter_id INTEGER REFERENCES waiters (waiter_id),
    served_at TIMESTAMP,
    portions INTEGER,
    tip DECIMAL(6, 2)
);
