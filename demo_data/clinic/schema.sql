CREATE TABLE departments (
    department_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    floor INTEGER NOT NULL
);

CREATE TABLE doctors (
    doctor_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    department_id INTEGER NOT NULL REFERENCES departments (department_id),
    hired_on DATE NOT NULL,
    consultation_fee DECIMAL(8, 2) NOT NULL CHECK (consultation_fee > 0)
);

CREATE TABLE patients (
    patient_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    sex VARCHAR NOT NULL CHECK (sex IN ('F', 'M')),
    birth_date DATE NOT NULL,
    city VARCHAR NOT NULL,
    blood_type VARCHAR CHECK (blood_type IN ('O+', 'O-', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-')),
    insurer VARCHAR
);

CREATE TABLE appointments (
    appointment_id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
    doctor_id INTEGER NOT NULL REFERENCES doctors (doctor_id),
    starts_at TIMESTAMP NOT NULL,
    minutes INTEGER NOT NULL CHECK (minutes > 0),
    reason VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('booked', 'completed', 'cancelled', 'missed')),
    UNIQUE (doctor_id, starts_at)
);

CREATE TABLE measurements (
    appointment_id INTEGER PRIMARY KEY REFERENCES appointments (appointment_id),
    pulse INTEGER NOT NULL CHECK (pulse BETWEEN 30 AND 220),
    systolic INTEGER NOT NULL,
    diastolic INTEGER NOT NULL,
    temperature DECIMAL(4, 1),
    weight DECIMAL(5, 1) NOT NULL CHECK (weight > 0),
    CHECK (systolic > diastolic)
);

CREATE TABLE medications (
    medication_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    kind VARCHAR NOT NULL,
    pack_price DECIMAL(8, 2) NOT NULL CHECK (pack_price > 0)
);

CREATE TABLE prescriptions (
    prescription_id INTEGER PRIMARY KEY,
    appointment_id INTEGER NOT NULL REFERENCES appointments (appointment_id),
    medication_id INTEGER NOT NULL REFERENCES medications (medication_id),
    packs INTEGER NOT NULL CHECK (packs > 0),
    days INTEGER CHECK (days > 0)
);
