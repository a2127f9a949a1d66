CREATE TABLE policyholders (
    holder_id INTEGER PRIMARY KEY,
    first_name VARCHAR,
    last_name VARCHAR,
    age INTEGER,
    city VARCHAR
);

CREATE TABLE policies (
    policy_id INTEGER PRIMARY KEY,
    holder_id INTEGER REFERENCES policyholders (holder_id),
    policy_type VARCHAR CHECK (policy_type IN ('car', 'home', 'travel', 'life')),
    premium DECIMAL(8, 2),
    start_date DATE,
    end_date DATE
);

CREATE TABLE claims (
    claim_id INTEGER PRIMARY KEY,
    policy_id INTEGER REFERENCES policies (policy_id),
    claimed_on DATE,
    amount DECIMAL(10, 2),
    status VARCHAR CHECK (status IN ('open', 'accepted', 'rejected'))
);
