CREATE TABLE faculties (
    faculty_id INTEGER PRIMARY KEY,
    faculty_name VARCHAR,
    building VARCHAR,
    founded_year INTEGER
);

CREATE TABLE lecturers (
    lecturer_id INTEGER PRIMARY KEY,
    faculty_id INTEGER REFERENCES faculties (faculty_id),
    first_name VARCHAR,
    last_name VARCHAR,
    salary DECIMAL(10, 2),
    birth_date DATE
);

CREATE TABLE lectures (
    lecture_id INTEGER PRIMARY KEY,
    lecturer_id INTEGER REFERENCES lecturers (lecturer_id),
    title VARCHAR,
    term VARCHAR CHECK (term IN ('spring', 'autumn')),
    hours INTEGER,
    seats INTEGER
);

CREATE TABLE enrollments (
    enrollment_id INTEGER PRIMARY KEY,
    lecture_id INTEGER REFERENCES lectures (lecture_id),
    student_name VARCHAR,
    enrolled_on DATE,
    mark DOUBLE
);
