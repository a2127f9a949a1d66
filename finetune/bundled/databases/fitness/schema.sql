CREATE TABLE members (
    member_id INTEGER PRIMARY KEY,
    full_name VARCHAR,
    birth_date DATE,
    city VARCHAR,
    plan VARCHAR CHECK (plan IN ('basic', 'plus', 'premium'))
);

CREATE TABLE trainers (
    trainer_id INTEGER PRIMARY KEY,
    full_name VARCHAR,
    specialty VARCHAR CHECK (specialty IN ('yoga', 'boxing', 'spinning', 'weights')),
    hired_on DATE
);

CREATE TABLE workouts (
    workout_id INTEGER PRIMARY KEY,
    member_id INTEGER REFERENCES members (member_id),
    trainer_id INTEGER REFERENCES trainers (trainer_id),
    workout_date DATE,
    minutes INTEGER,
    calories INTEGER
);
