CREATE TABLE developers (
    developer_id INTEGER PRIMARY KEY,
    full_name VARCHAR,
    country VARCHAR,
    joined DATE
);

CREATE TABLE repositories (
    repository_id INTEGER PRIMARY KEY,
    name VARCHAR,
    language VARCHAR CHECK (language IN ('Python', 'Rust', 'Go', 'Java')),
    stars INTEGER,
    created DATE,
    archived BOOLEAN
);

CREATE TABLE bugs (
    bug_id INTEGER PRIMARY KEY,
    repository_id INTEGER REFERENCES repositories (repository_id),
    developer_id INTEGER REFERENCES developers (developer_id),
    title VARCHAR,
    severity VARCHAR CHECK (severity IN ('minor', 'major', 'critical')),
    reported DATE,
    fixed DATE
);
