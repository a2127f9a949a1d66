CREATE TABLE account_holders (
    holder_id INTEGER PRIMARY KEY,
    holder_name VARCHAR,
    city VARCHAR,
    birth_date DATE
);

CREATE TABLE accounts (
    account_id INTEGER PRIMARY KEY,
    holder_id INTEGER REFERENCES account_holders (holder_id),
    account_type VARCHAR CHECK (account_type IN ('checking', 'savings', 'business')),
    opened_on DATE,
    balance DECIMAL(12, 2)
);

CREATE TABLE transfers (
    transfer_id INTEGER PRIMARY KEY,
    account_id INTEGER REFERENCES accounts (account_id),
    amount DECIMAL(10, 2),
    purpose VARCHAR,
    booked_on DATE
);
