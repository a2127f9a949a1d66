-- grocery
CREATE TABLE shoppers (shopper_id INTEGER PRIMARY KEY, full_name VARCHAR NOT NULL, city VARCHAR, joined_on DATE NOT NULL, loyalty_level VARCHAR CHECK (loyalty_level IN ('bronze','silver','gold')));
CREATE TABLE baskets (basket_id INTEGER PRIMARY KEY, shopper_id INTEGER NOT NULL REFERENCES shoppers(shopper_id), product_name VARCHAR NOT NULL, category VARCHAR, quantity INTEGER NOT NULL, unit_price DECIMAL(8,2) NOT NULL, bought_on DATE NOT NULL);
-- web_store
CREATE TABLE customers (id INTEGER PRIMARY KEY, first_name VARCHAR, last_name VARCHAR, email VARCHAR UNIQUE, country VARCHAR, created_at TIMESTAMP);
CREATE TABLE products (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, category VARCHAR, price DOUBLE, stock INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), status VARCHAR CHECK (status IN ('pending','paid','shipped','returned')), ordered_at TIMESTAMP, shipped_at TIMESTAMP);
CREATE TABLE order_lines (order_id INTEGER REFERENCES orders(id), product_id INTEGER REFERENCES products(id), quantity INTEGER, discount DOUBLE, PRIMARY KEY (order_id, product_id));
-- sales_flat
CREATE TABLE sales (sale_id INTEGER PRIMARY KEY, store VARCHAR, region VARCHAR, product VARCHAR, customer_name VARCHAR, sale_date DATE, units INTEGER, revenue DECIMAL(10,2));
-- fitness
CREATE TABLE members (member_id INTEGER PRIMARY KEY, name VARCHAR, birth_date DATE, city VARCHAR, plan VARCHAR CHECK (plan IN ('basic','plus','premium')));
CREATE TABLE trainers (trainer_id INTEGER PRIMARY KEY, name VARCHAR, specialty VARCHAR, hired_on DATE);
CREATE TABLE workouts (workout_id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members(member_id), trainer_id INTEGER REFERENCES trainers(trainer_id), workout_date DATE, minutes INTEGER, calories INTEGER);
-- hotel
CREATE TABLE hotels (hotel_id INTEGER PRIMARY KEY, hotel_name VARCHAR, city VARCHAR, stars INTEGER);
CREATE TABLE rooms (room_id INTEGER PRIMARY KEY, hotel_id INTEGER REFERENCES hotels(hotel_id), room_type VARCHAR, price_per_night DECIMAL(8,2));
CREATE TABLE guests (guest_id INTEGER PRIMARY KEY, guest_name VARCHAR, nationality VARCHAR);
CREATE TABLE bookings (booking_id INTEGER PRIMARY KEY, room_id INTEGER REFERENCES rooms(room_id), guest_id INTEGER REFERENCES guests(guest_id), check_in DATE, check_out DATE, nights INTEGER, total DECIMAL(10,2));
-- support
CREATE TABLE agents (agent_id INTEGER PRIMARY KEY, name VARCHAR, team VARCHAR, started DATE);
CREATE TABLE tickets (ticket_id INTEGER PRIMARY KEY, agent_id INTEGER REFERENCES agents(agent_id), subject VARCHAR, priority VARCHAR CHECK (priority IN ('low','normal','high','urgent')), opened_at TIMESTAMP, closed_at TIMESTAMP, rating INTEGER);
-- museum
CREATE TABLE artists (artist_id INTEGER PRIMARY KEY, name VARCHAR, country VARCHAR, born INTEGER, died INTEGER);
CREATE TABLE artworks (artwork_id INTEGER PRIMARY KEY, artist_id INTEGER REFERENCES artists(artist_id), title VARCHAR, medium VARCHAR, year INTEGER, value DOUBLE, acquired DATE);
CREATE TABLE loans (loan_id INTEGER PRIMARY KEY, artwork_id INTEGER REFERENCES artworks(artwork_id), borrower VARCHAR, start_date DATE, end_date DATE, fee DOUBLE);
-- payroll
CREATE TABLE departments (department_id INTEGER PRIMARY KEY, department_name VARCHAR, location VARCHAR, budget DECIMAL(12,2));
CREATE TABLE employees (employee_id INTEGER PRIMARY KEY, first_name VARCHAR, last_name VARCHAR, job_title VARCHAR, salary DECIMAL(10,2), hire_date DATE, department_id INTEGER REFERENCES departments(department_id), manager_id INTEGER REFERENCES employees(employee_id));
CREATE TABLE absences (absence_id INTEGER PRIMARY KEY, employee_id INTEGER REFERENCES employees(employee_id), reason VARCHAR, from_date DATE, days INTEGER);
-- trucks
CREATE TABLE drivers (driver_id INTEGER PRIMARY KEY, name VARCHAR, license_class VARCHAR, hired DATE);
CREATE TABLE vehicles (vehicle_id INTEGER PRIMARY KEY, plate VARCHAR, model VARCHAR, capacity_kg INTEGER, bought DATE);
CREATE TABLE deliveries (delivery_id INTEGER PRIMARY KEY, driver_id INTEGER REFERENCES drivers(driver_id), vehicle_id INTEGER REFERENCES vehicles(vehicle_id), destination_city VARCHAR, delivered_on DATE, weight_kg DOUBLE, distance_km DOUBLE);
-- restaurant
CREATE TABLE dishes (dish_id INTEGER PRIMARY KEY, dish_name VARCHAR, cuisine VARCHAR, price DECIMAL(6,2), vegetarian BOOLEAN);
CREATE TABLE waiters (waiter_id INTEGER PRIMARY KEY, waiter_name VARCHAR, shift VARCHAR);
CREATE TABLE meals (meal_id INTEGER PRIMARY KEY, dish_id INTEGER REFERENCES dishes(dish_id), waiter_id INTEGER REFERENCES waiters(waiter_id), served_at TIMESTAMP, portions INTEGER, tip DECIMAL(6,2));
-- energy
CREATE TABLE plants (plant_id INTEGER PRIMARY KEY, plant_name VARCHAR, fuel VARCHAR, country VARCHAR, capacity_mw DOUBLE, opened DATE);
CREATE TABLE readings (reading_id INTEGER PRIMARY KEY, plant_id INTEGER REFERENCES plants(plant_id), reading_date DATE, output_mwh DOUBLE, downtime_hours DOUBLE);
-- school
CREATE TABLE students (student_id INTEGER PRIMARY KEY, name VARCHAR, grade INTEGER, enrolled DATE, home_town VARCHAR);
CREATE TABLE courses (course_id INTEGER PRIMARY KEY, title VARCHAR, teacher VARCHAR, credits INTEGER);
CREATE TABLE exams (exam_id INTEGER PRIMARY KEY, student_id INTEGER REFERENCES students(student_id), course_id INTEGER REFERENCES courses(course_id), exam_date DATE, score DOUBLE);
-- newsletter
CREATE TABLE subscribers (subscriber_id INTEGER PRIMARY KEY, email VARCHAR, country VARCHAR, signup_date DATE, unsubscribed_date DATE);
CREATE TABLE campaigns (campaign_id INTEGER PRIMARY KEY, subject VARCHAR, sent_at TIMESTAMP, topic VARCHAR);
CREATE TABLE opens (open_id INTEGER PRIMARY KEY, campaign_id INTEGER REFERENCES campaigns(campaign_id), subscriber_id INTEGER REFERENCES subscribers(subscriber_id), opened_at TIMESTAMP, device VARCHAR);
-- transactions
CREATE TABLE transactions (id INTEGER PRIMARY KEY, client_id INTEGER, item VARCHAR, amount DECIMAL(10,2), payment_method VARCHAR, transaction_date DATE);
-- real_estate
CREATE TABLE agents (agent_id INTEGER PRIMARY KEY, name VARCHAR, office VARCHAR);
CREATE TABLE houses (house_id INTEGER PRIMARY KEY, agent_id INTEGER REFERENCES agents(agent_id), street VARCHAR, city VARCHAR, bedrooms INTEGER, area_m2 DOUBLE, asking_price DECIMAL(12,2), listed_on DATE, sold_on DATE);
CREATE TABLE viewings (viewing_id INTEGER PRIMARY KEY, house_id INTEGER REFERENCES houses(house_id), visitor_name VARCHAR, viewed_on DATE);

-- bookshop
CREATE TABLE readers (reader_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, email VARCHAR, city VARCHAR, joined DATE);
CREATE TABLE books (book_id INTEGER PRIMARY KEY, title VARCHAR NOT NULL, author VARCHAR, genre VARCHAR CHECK (genre IN ('novel','poetry','history','science','children')), price DECIMAL(8,2), published_on DATE);
CREATE TABLE book_sales (sale_id INTEGER PRIMARY KEY, reader_id INTEGER REFERENCES readers(reader_id), book_id INTEGER REFERENCES books(book_id), copies INTEGER, sold_on DATE, channel VARCHAR CHECK (channel IN ('online','store','fair')));
-- purchases_flat
CREATE TABLE store_purchases (purchase_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, item VARCHAR NOT NULL, category VARCHAR, quantity INTEGER, amount DECIMAL(10,2), purchase_date DATE NOT NULL);
-- order_log
CREATE TABLE buyers (buyer_id INTEGER PRIMARY KEY, buyer_name VARCHAR, segment VARCHAR CHECK (segment IN ('retail','business','public')), country VARCHAR);
CREATE TABLE order_log (order_no INTEGER PRIMARY KEY, buyer_id INTEGER REFERENCES buyers(buyer_id), product_name VARCHAR, units INTEGER, total_price DECIMAL(10,2), order_date DATE, delivery_date DATE, status VARCHAR CHECK (status IN ('open','sent','delivered','cancelled')));
-- energy
CREATE TABLE households (household_id INTEGER PRIMARY KEY, city VARCHAR, residents INTEGER, tariff VARCHAR CHECK (tariff IN ('day','night','green')));
CREATE TABLE meters (meter_id INTEGER PRIMARY KEY, household_id INTEGER REFERENCES households(household_id), installed_on DATE, model VARCHAR);
CREATE TABLE readings (reading_id INTEGER PRIMARY KEY, meter_id INTEGER REFERENCES meters(meter_id), read_at TIMESTAMP, kwh DOUBLE);
-- podcasts
CREATE TABLE shows (show_id INTEGER PRIMARY KEY, title VARCHAR, host VARCHAR, language VARCHAR, started DATE);
CREATE TABLE episodes (episode_id INTEGER PRIMARY KEY, show_id INTEGER REFERENCES shows(show_id), title VARCHAR, published DATE, minutes INTEGER);
CREATE TABLE downloads (download_id INTEGER PRIMARY KEY, episode_id INTEGER REFERENCES episodes(episode_id), country VARCHAR, downloaded_at TIMESTAMP, app VARCHAR);
-- ferries
CREATE TABLE ports (port_id INTEGER PRIMARY KEY, port_name VARCHAR, country VARCHAR);
CREATE TABLE vessels (vessel_id INTEGER PRIMARY KEY, name VARCHAR, capacity INTEGER, built_year INTEGER);
CREATE TABLE crossings (crossing_id INTEGER PRIMARY KEY, vessel_id INTEGER REFERENCES vessels(vessel_id), from_port INTEGER REFERENCES ports(port_id), departed_at TIMESTAMP, passengers INTEGER, delay_minutes INTEGER);
-- insurance
CREATE TABLE holders (holder_id INTEGER PRIMARY KEY, full_name VARCHAR, birth_date DATE, state VARCHAR);
CREATE TABLE policies (policy_id INTEGER PRIMARY KEY, holder_id INTEGER REFERENCES holders(holder_id), kind VARCHAR CHECK (kind IN ('car','home','life','travel')), premium DECIMAL(10,2), start_date DATE, end_date DATE);
CREATE TABLE claims (claim_id INTEGER PRIMARY KEY, policy_id INTEGER REFERENCES policies(policy_id), filed_on DATE, amount DECIMAL(12,2), outcome VARCHAR CHECK (outcome IN ('paid','refused','pending')));
-- newsletter
CREATE TABLE subscribers (id INTEGER PRIMARY KEY, email VARCHAR, country VARCHAR, subscribed_at TIMESTAMP, unsubscribed_at TIMESTAMP);
CREATE TABLE mailings (id INTEGER PRIMARY KEY, subject VARCHAR, sent_at TIMESTAMP, topic VARCHAR);
CREATE TABLE opens (subscriber_id INTEGER REFERENCES subscribers(id), mailing_id INTEGER REFERENCES mailings(id), opened_at TIMESTAMP, device VARCHAR CHECK (device IN ('phone','desktop','tablet')));
-- payroll
CREATE TABLE offices (office_id INTEGER PRIMARY KEY, city VARCHAR, opened DATE, floor_space INTEGER);
CREATE TABLE staff (staff_id INTEGER PRIMARY KEY, name VARCHAR, office_id INTEGER REFERENCES offices(office_id), job_title VARCHAR, salary DECIMAL(10,2), hire_date DATE, manager_id INTEGER);
CREATE TABLE payslips (payslip_id INTEGER PRIMARY KEY, staff_id INTEGER REFERENCES staff(staff_id), paid_on DATE, gross DECIMAL(10,2), tax DECIMAL(10,2));
-- vet
CREATE TABLE owners (owner_id INTEGER PRIMARY KEY, name VARCHAR, phone VARCHAR, city VARCHAR);
CREATE TABLE animals (animal_id INTEGER PRIMARY KEY, owner_id INTEGER REFERENCES owners(owner_id), animal_name VARCHAR, species VARCHAR CHECK (species IN ('dog','cat','rabbit','bird')), born DATE, weight DOUBLE);
CREATE TABLE appointments (appointment_id INTEGER PRIMARY KEY, animal_id INTEGER REFERENCES animals(animal_id), appointment_date DATE, reason VARCHAR, fee DECIMAL(8,2));
-- farms
CREATE TABLE farms (farm_id INTEGER PRIMARY KEY, farm_name VARCHAR, region VARCHAR, hectares DOUBLE);
CREATE TABLE fields (field_id INTEGER PRIMARY KEY, farm_id INTEGER REFERENCES farms(farm_id), crop VARCHAR, area DOUBLE);
CREATE TABLE harvests (harvest_id INTEGER PRIMARY KEY, field_id INTEGER REFERENCES fields(field_id), harvested_on DATE, tonnes DOUBLE, price_per_tonne DECIMAL(8,2));
-- app_events
CREATE TABLE accounts (account_id INTEGER PRIMARY KEY, username VARCHAR, plan VARCHAR CHECK (plan IN ('free','team','enterprise')), created_at TIMESTAMP, country VARCHAR);
CREATE TABLE events (event_id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts(account_id), event_name VARCHAR, happened_at TIMESTAMP, duration_seconds INTEGER);
-- films
CREATE TABLE studios (studio_id INTEGER PRIMARY KEY, studio_name VARCHAR, country VARCHAR, founded INTEGER);
CREATE TABLE films (film_id INTEGER PRIMARY KEY, title VARCHAR, studio_id INTEGER REFERENCES studios(studio_id), release_date DATE, budget DOUBLE, gross DOUBLE, genre VARCHAR);
CREATE TABLE screenings (screening_id INTEGER PRIMARY KEY, film_id INTEGER REFERENCES films(film_id), cinema VARCHAR, shown_at TIMESTAMP, tickets_sold INTEGER);
-- couriers
CREATE TABLE drivers (driver_id INTEGER PRIMARY KEY, driver_name VARCHAR, vehicle VARCHAR CHECK (vehicle IN ('van','bike','truck')), hired DATE);
CREATE TABLE parcels (parcel_id INTEGER PRIMARY KEY, driver_id INTEGER REFERENCES drivers(driver_id), recipient_city VARCHAR, weight_kg DOUBLE, shipped_on DATE, delivered_on DATE, price DECIMAL(8,2));
