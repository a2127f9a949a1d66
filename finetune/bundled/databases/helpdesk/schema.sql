CREATE TABLE Agents (
    AgentID INTEGER PRIMARY KEY,
    AgentName VARCHAR,
    Team VARCHAR CHECK (Team IN ('Billing', 'Hardware', 'Network')),
    Started DATE
);

CREATE TABLE Tickets (
    TicketID INTEGER PRIMARY KEY,
    AgentID INTEGER REFERENCES Agents (AgentID),
    Subject VARCHAR,
    Priority VARCHAR CHECK (Priority IN ('low', 'normal', 'high', 'urgent')),
    OpenedAt TIMESTAMP,
    ClosedAt TIMESTAMP,
    Rating INTEGER
);
