CREATE TABLE departments (
    department_id INTEGER PRIMARY KEY,
    department_name VARCHAR,
    location VARCHAR,
    budget DECIMAL(12, 2)
);

CREATE TABLE employees (
    employee_id INTEGER PRIMARY KEY,
    first_name VARCHAR,
    last_name VARCHAR,
    job_title VARCHAR,
    salary DECIMAL(10, 2),
    hire_date DATE,
    department_id INTEGER REFERENCES departments (department_id),
    manager_id INTEGER REFERENCES employees (employee_id)
);

CREATE TABLE absences (
    absence_id INTEGER PRIMARY KEY,
    employee_id INTEGER REFERENCES employees (employee_id),
    reason VARCHAR CHECK (reason IN ('holiday', 'illness', 'training')),
    from_date DATE,
    days INTEGER
);
