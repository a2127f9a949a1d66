CREATE TABLE branches (
    branch_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    district VARCHAR NOT NULL,
    opened_year INTEGER NOT NULL,
    has_cafe BOOLEAN NOT NULL
);

CREATE TABLE authors (
    author_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    country VARCHAR NOT NULL,
    birth_year INTEGER NOT NULL,
    death_year INTEGER,
    CHECK (death_year > birth_year)
);

CREATE TABLE books (
    book_id INTEGER PRIMARY KEY,
    title VARCHAR NOT NULL UNIQUE,
    author_id INTEGER NOT NULL REFERENCES authors (author_id),
    genre VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    published_year INTEGER NOT NULL,
    pages INTEGER NOT NULL CHECK (pages > 0)
);

CREATE TABLE copies (
    copy_id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (book_id),
    branch_id INTEGER NOT NULL REFERENCES branches (branch_id),
    acquired_on DATE NOT NULL,
    condition VARCHAR NOT NULL CHECK (condition IN ('new', 'good', 'worn'))
);

CREATE TABLE members (
    member_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    email VARCHAR,
    birth_date DATE NOT NULL,
    joined_on DATE NOT NULL,
    membership VARCHAR NOT NULL CHECK (membership IN ('child', 'student', 'adult', 'senior'))
);

CREATE TABLE loans (
    loan_id INTEGER PRIMARY KEY,
    copy_id INTEGER NOT NULL REFERENCES copies (copy_id),
    member_id INTEGER NOT NULL REFERENCES members (member_id),
    loaned_on DATE NOT NULL,
    due_on DATE NOT NULL,
    returned_on DATE,
    fine DECIMAL(6, 2) CHECK (fine >= 0),
    CHECK (due_on > loaned_on),
    CHECK (returned_on >= loaned_on)
);

CREATE TABLE reservations (
    reservation_id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (book_id),
    member_id INTEGER NOT NULL REFERENCES members (member_id),
    reserved_on DATE NOT NULL,
    collected_on DATE,
    CHECK (collected_on >= reserved_on)
);
