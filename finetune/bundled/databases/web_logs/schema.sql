CREATE TABLE page_views (
    view_id INTEGER PRIMARY KEY,
    page VARCHAR CHECK (page IN ('home', 'pricing', 'docs', 'blog', 'contact')),
    visitor_country VARCHAR,
    browser VARCHAR CHECK (browser IN ('Firefox', 'Chrome', 'Safari')),
    viewed_at TIMESTAMP,
    seconds INTEGER,
    referrer VARCHAR
);
