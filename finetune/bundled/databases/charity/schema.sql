CREATE TABLE donors (
    donor_id INTEGER PRIMARY KEY,
    donor_name VARCHAR,
    donor_type VARCHAR CHECK (donor_type IN ('private', 'company', 'foundation')),
    country VARCHAR,
    first_contact DATE
);

CREATE TABLE projects (
    project_id INTEGER PRIMARY KEY,
    project_name VARCHAR,
    goal_amount DECIMAL(12, 2),
    start_date DATE,
    end_date DATE
);

CREATE TABLE donations (
    donation_id INTEGER PRIMARY KEY,
    donor_id INTEGER REFERENCES donors (donor_id),
    project_id INTEGER REFERENCES projects (project_id),
    amount DECIMAL(10, 2),
    donated_on DATE,
    payment_method VARCHAR CHECK (payment_method IN ('card', 'transfer', 'cash'))
);
