CREATE TABLE students (
    student_id INTEGER PRIMARY KEY,
    name VARCHAR,
    school_year INTEGER CHECK (school_year BETWEEN 1 AND 12),
    enrolled DATE,
    home_town VARCHAR
);

CREATE TABLE courses (
    course_id INTEGER PRIMARY KEY,
    title VARCHAR,
    teacher VARCHAR,
    credits INTEGER
);

CREATE TABLE exams (
    exam_id INTEGER PRIMARY KEY,
    student_id INTEGER REFERENCES students (student_id),
    course_id INTEGER REFERENCES courses (course_id),
    exam_date DATE,
    score DOUBLE
);
