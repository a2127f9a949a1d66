"""An outpatient clinic: doctors, patients, what was measured and prescribed."""

from __future__ import annotations

from datetime import date, datetime

from demo_data.build.days import BUSY, FIRST, HOLIDAY, SUMMER, TODAY, WINTER
from demo_data.build.dice import Dice
from demo_data.build.rows import Row, Tables, money, numbered, table

DEPARTMENTS = """
name|floor|_doctors|_fee|_reasons
General Medicine|0|5|55|flu symptoms,check-up,headache,back pain,vaccination
Cardiology|2|3|140|chest pain,high blood pressure,palpitations,check-up
Dermatology|1|2|95|skin rash,acne,mole check
Pediatrics|1|3|70|fever,vaccination,ear infection,check-up
Orthopedics|3|3|120|knee pain,back pain,sports injury
Ophthalmology|3|2|90|blurred vision,eye test
Neurology|2|2|150|migraine,dizziness,headache
"""
MEDICATIONS = """
name|kind|pack_price|_reasons
paracetamol|painkiller|3.20|headache,flu symptoms,fever,back pain
ibuprofen|painkiller|4.10|back pain,knee pain,sports injury,headache
amoxicillin|antibiotic|8.90|ear infection,flu symptoms
azithromycin|antibiotic|12.40|ear infection
lisinopril|blood pressure|9.60|high blood pressure
amlodipine|blood pressure|7.80|high blood pressure,chest pain
bisoprolol|blood pressure|8.30|palpitations,high blood pressure
atorvastatin|cholesterol|11.20|chest pain,check-up
hydrocortisone cream|skin|6.70|skin rash
adapalene gel|skin|14.90|acne
cetirizine|allergy|5.10|skin rash
sumatriptan|migraine|18.60|migraine
betahistine|dizziness|10.30|dizziness
artificial tears|eye|5.90|blurred vision
diclofenac gel|painkiller|7.40|knee pain,sports injury,back pain
interferon beta|immune|890.00|none
"""
CITIES = "Fairview Greenfield Maplewood Riverton Ashland".split()
BLOOD_TYPES = "O+ A+ B+ AB+ O- A- B- AB-".split()
INSURERS = ("Evergreen Health", "Union Care", "Bluestone Mutual", None)
HOURS = (0,) * 8 + (9, 12, 12, 9, 4, 6, 8, 8, 5) + (0,) * 7
FLU = {"flu symptoms": WINTER, "fever": WINTER, "vaccination": HOLIDAY, "sports injury": SUMMER}


def clinic(dice: Dice) -> Tables:
    departments = numbered("department_id", table(DEPARTMENTS))
    doctors = _doctors(dice, departments)
    people = dice.people(340, ["en_US"], "FM")
    patients = numbered("patient_id", (_patient(dice, *one) for one in people.items()))
    appointments = _appointments(dice, departments, doctors, patients)
    medications = numbered("medication_id", table(MEDICATIONS))
    return {
        "departments": departments,
        "doctors": doctors,
        "patients": patients,
        "appointments": appointments,
        "measurements": _measurements(dice, appointments, patients),
        "medications": medications,
        "prescriptions": _prescriptions(dice, appointments, medications),
    }


def _doctors(dice: Dice, departments: list[Row]) -> list[Row]:
    posts = [one for one in departments for _ in range(int(one["_doctors"]))]
    people = dice.people(len(posts), ["en_IE"])
    return numbered(
        "doctor_id",
        (
            {
                "name": name,
                "department_id": post["department_id"],
                "hired_on": dice.day(date(2003, 1, 7), date(2026, 8, 31)),
                "consultation_fee": money(int(post["_fee"]) + 5 * dice.whole(-2, 6)),
            }
            for name, post in zip(people, posts, strict=True)
        ),
    )


def _patient(dice: Dice, name: str, sex: str) -> Row:
    return {
        "name": name,
        "sex": sex,
        "birth_date": dice.day(date(1936, 1, 1), date(2025, 6, 30)),
        "city": dice.one(CITIES, [9, 6, 5, 3, 2]),
        "blood_type": dice.one(BLOOD_TYPES, [38, 34, 9, 3, 7, 6, 2, 1])
        if dice.chance(0.8)
        else None,
        "insurer": dice.one(INSURERS, [42, 30, 16, 12]),
    }


def _appointments(
    dice: Dice, departments: list[Row], doctors: list[Row], patients: list[Row]
) -> list[Row]:
    """On working days, one patient at a time with each doctor; children see a pediatrician."""
    sick, need = dice.active(patients, 0.94, 0.06)
    taken: set[tuple[int, datetime]] = set()
    rows: list[Row] = []
    while len(rows) < 3000:
        patient = dice.one(sick, need)
        born = patient["birth_date"]
        child = born > date(2010, 1, 1)
        doctor = dice.one([d for d in doctors if (d["department_id"] == 4) == child])
        reason = dice.one(departments[doctor["department_id"] - 1]["_reasons"].split(","))
        first = max(doctor["hired_on"], born, FIRST)
        day = dice.day(first, date(2026, 11, 30), FLU.get(reason, BUSY))
        start = dice.moment(day, HOURS, 15)
        if day.weekday() > 4 or (doctor["doctor_id"], start) in taken:
            continue
        taken.add((doctor["doctor_id"], start))
        monday = 1.6 if day.weekday() == 0 else 1
        status = dice.one(["completed", "cancelled", "missed"], [80, 11, 7 * monday])
        rows.append(
            {
                "patient_id": patient["patient_id"],
                "doctor_id": doctor["doctor_id"],
                "starts_at": start,
                "minutes": dice.one([15, 30, 45], [50, 40, 10]),
                "reason": reason,
                "status": status if day <= TODAY else "booked",
            }
        )
    return numbered("appointment_id", rows, "starts_at", "doctor_id")


def _measurements(dice: Dice, appointments: list[Row], patients: list[Row]) -> list[Row]:
    """Blood pressure rises with age and with weight; a fever shows."""
    bodies: dict[int, tuple[float, float]] = {}
    for patient in patients:
        age = (TODAY - patient["birth_date"]).days / 365
        adult = dice.bell(66 if patient["sex"] == "F" else 81, 11)
        bodies[patient["patient_id"]] = age, adult if age > 17 else 4 + adult * age / 18 * 0.8
    rows: list[Row] = []
    for visit in appointments:
        if visit["status"] != "completed" or not dice.chance(0.7):
            continue
        age, weight = bodies[visit["patient_id"]]
        pressure = 98 + age * 0.45 + max(0.0, weight - 70) * 0.3
        pressure += 16 if visit["reason"] == "high blood pressure" else 0
        systolic = round(dice.bell(pressure, 8))
        hot = 1.6 if visit["reason"] in ("fever", "flu symptoms", "ear infection") else 0
        warmth = round(dice.bell(36.7 + hot, 0.35), 1) if hot or dice.chance(0.5) else None
        rows.append(
            {
                "appointment_id": visit["appointment_id"],
                "pulse": round(dice.bell(70 + hot * 9 + max(0, 14 - age) * 2, 8)),
                "systolic": systolic,
                "diastolic": round(systolic * 0.64 + dice.bell(0, 4)),
                "temperature": warmth,
                "weight": round(dice.bell(weight, 1.0), 1),
            }
        )
    return rows


def _prescriptions(dice: Dice, appointments: list[Row], medications: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for visit in appointments:
        fitting = [one for one in medications if visit["reason"] in one["_reasons"].split(",")]
        if visit["status"] != "completed" or not fitting or not dice.chance(0.72):
            continue
        for medication in dice.random.sample(fitting, min(len(fitting), dice.one([1, 2], [3, 1]))):
            rows.append(
                {
                    "appointment_id": visit["appointment_id"],
                    "medication_id": medication["medication_id"],
                    "packs": dice.one([1, 2, 3], [70, 22, 8]),
                    "days": dice.one([5, 7, 10, 14, 30, None], [20, 30, 15, 10, 15, 10]),
                }
            )
    return numbered("prescription_id", rows)
