CREATE TABLE teams (
    team_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    city VARCHAR NOT NULL,
    founded_year INTEGER NOT NULL,
    stadium VARCHAR NOT NULL UNIQUE,
    capacity INTEGER NOT NULL CHECK (capacity > 0)
);

CREATE TABLE players (
    player_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    position VARCHAR NOT NULL
        CHECK (position IN ('goalkeeper', 'defender', 'midfielder', 'forward')),
    shirt_number INTEGER NOT NULL CHECK (shirt_number BETWEEN 1 AND 99),
    birth_date DATE NOT NULL,
    nationality VARCHAR NOT NULL,
    height_cm INTEGER NOT NULL,
    market_value INTEGER,
    UNIQUE (team_id, shirt_number)
);

CREATE TABLE referees (
    referee_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    country VARCHAR NOT NULL
);

CREATE TABLE matches (
    match_id INTEGER PRIMARY KEY,
    season VARCHAR NOT NULL,
    round INTEGER NOT NULL CHECK (round > 0),
    played_on DATE NOT NULL,
    home_team_id INTEGER NOT NULL REFERENCES teams (team_id),
    away_team_id INTEGER NOT NULL REFERENCES teams (team_id),
    home_goals INTEGER CHECK (home_goals >= 0),
    away_goals INTEGER CHECK (away_goals >= 0),
    attendance INTEGER,
    referee_id INTEGER REFERENCES referees (referee_id),
    CHECK (home_team_id <> away_team_id)
);

CREATE TABLE goals (
    goal_id INTEGER PRIMARY KEY,
    match_id INTEGER NOT NULL REFERENCES matches (match_id),
    player_id INTEGER NOT NULL REFERENCES players (player_id),
    assist_player_id INTEGER REFERENCES players (player_id),
    minute INTEGER NOT NULL CHECK (minute BETWEEN 1 AND 90),
    kind VARCHAR NOT NULL CHECK (kind IN ('open play', 'header', 'penalty', 'free kick'))
);

CREATE TABLE cards (
    card_id INTEGER PRIMARY KEY,
    match_id INTEGER NOT NULL REFERENCES matches (match_id),
    player_id INTEGER NOT NULL REFERENCES players (player_id),
    minute INTEGER NOT NULL CHECK (minute BETWEEN 1 AND 90),
    color VARCHAR NOT NULL CHECK (color IN ('yellow', 'red'))
);
