CREATE TABLE Suppliers (
    SupplierID INTEGER PRIMARY KEY,
    CompanyName VARCHAR,
    Country VARCHAR,
    Reliability INTEGER
);

CREATE TABLE Parts (
    PartID INTEGER PRIMARY KEY,
    PartName VARCHAR,
    Colour VARCHAR CHECK (Colour IN ('red', 'black', 'grey', 'blue')),
    UnitCost DECIMAL(8, 2),
    Weight DOUBLE,
    SupplierID INTEGER REFERENCES Suppliers (SupplierID)
);

CREATE TABLE Shipments (
    ShipmentID INTEGER PRIMARY KEY,
    PartID INTEGER REFERENCES Parts (PartID),
    ArrivedOn DATE,
    Quantity INTEGER,
    Inspected BOOLEAN
);
