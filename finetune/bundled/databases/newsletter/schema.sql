CREATE TABLE subscribers (
    subscriber_id INTEGER PRIMARY KEY,
    email VARCHAR,
    country VARCHAR,
    signup_date DATE,
    unsubscribed_date DATE
);

CREATE TABLE campaigns (
    campaign_id INTEGER PRIMARY KEY,
    name VARCHAR,
    sent_at TIMESTAMP,
    topic VARCHAR CHECK (topic IN ('news', 'offer', 'event'))
);

CREATE TABLE opens (
    open_id INTEGER PRIMARY KEY,
    campaign_id INTEGER REFERENCES campaigns (campaign_id),
    subscriber_id INTEGER REFERENCES subscribers (subscriber_id),
    opened_at TIMESTAMP,
    device VARCHAR CHECK (device IN ('phone', 'tablet', 'desktop'))
);
