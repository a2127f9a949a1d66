"""Well-known schemas, each in a dialect of its own: nothing of them is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from text2sql.schema import ForeignKey, Schema, parse_schema

HERE = Path(__file__).parent / "fixtures"


def fixture(name: str) -> Schema:
    return parse_schema((HERE / "ddl" / f"{name}.sql").read_bytes().decode())


def keys(schema: Schema) -> set[tuple[str, ForeignKey]]:
    return {(table.name, key) for table in schema.tables for key in table.foreign_keys}


@pytest.mark.parametrize(
    ("name", "tables", "columns", "links"),
    [
        ("mysql/chinook", 11, 64, 11),
        ("mysql/sakila", 16, 90, 22),
        ("mysql/wordpress", 8, 68, 0),
        ("mysql/employees", 6, 24, 6),
        ("mysql/tpch", 8, 61, 8),
        ("duckdb/tpch", 8, 61, 8),
        ("postgres/pagila", 15, 87, 18),
        ("postgres/northwind", 11, 69, 11),
        ("oracle/hr", 7, 35, 10),
        ("redshift/tickit", 7, 51, 11),
        ("tsql/northwind", 7, 41, 7),
    ],
)
def test_nothing_is_lost_of_well_known_schemas(
    name: str, tables: int, columns: int, links: int
) -> None:
    schema = fixture(name)
    assert len(schema.tables) == tables
    assert sum(len(table.columns) for table in schema.tables) == columns
    assert len(keys(schema)) == links


@pytest.mark.parametrize(
    ("name", "table", "column", "type_", "nullable"),
    [
        ("mysql/chinook", "Track", "UnitPrice", "DECIMAL(10,2)", False),
        ("mysql/chinook", "Invoice", "InvoiceDate", "TIMESTAMP", False),
        ("mysql/sakila", "customer", "active", "BOOLEAN", False),
        ("mysql/sakila", "film", "film_id", "INTEGER", False),
        ("mysql/sakila", "film", "release_year", "SMALLINT", True),
        ("mysql/wordpress", "wp_posts", "ID", "UBIGINT", False),
        ("mysql/wordpress", "wp_posts", "post_content", "VARCHAR", False),
        ("mysql/every_type", "measurements", "größe", "INTEGER", True),
        ("mysql/every_type", "measurements", "mt", "VARCHAR", True),
        ("postgres/pagila", "film", "special_features", "VARCHAR[]", True),
        ("postgres/pagila", "customer", "last_update", "TIMESTAMP", True),
        ("postgres/bookings", "tickets", "contact_data", "JSON", True),
        ("postgres/domains", "purchase_order", "amount", "DECIMAL(12,2)", False),
        ("postgres/domains", "purchase_order", "history", "VARCHAR[]", True),
        ("postgres/inheritance", "capital", "elevation", "DOUBLE", True),
        ("postgres/inheritance", "reading", "wind", "INTERVAL", True),
        ("postgres/copy_rows", "fruit", "perishable?", "BOOLEAN", True),
        ("redshift/events", "page_views", "payload", "JSON", True),
        ("sqlite/northwind", "Order Details", "Discount", "DOUBLE", False),
        ("sqlite/places", "moz_places", "url", "VARCHAR", True),
        ("sqlite/notes_app", "note", "is_pinned", "BOOLEAN", False),
        ("tsql/adventureworks", "Person", "NameStyle", "BOOLEAN", False),
        ("tsql/adventureworks", "SalesOrderHeader", "Status", "UTINYINT", False),
        ("tsql/no_semicolons", "hotels", "website", "VARCHAR", True),
        ("tsql/clinic_crlf", "Patient", "PatientId", "UUID", False),
        ("tsql/clinic_crlf", "Appointment", "Version", "BLOB", True),
        ("oracle/hr", "employees", "salary", "DECIMAL(8,2)", True),
        ("oracle/hr", "regions", "region_id", "BIGINT", False),
        ("oracle/scott", "salgrade", "losal", "DOUBLE", True),
        ("oracle/get_ddl", "PURCHASE", "BOUGHT_ON", "DATE", False),
        ("snowflake/tpch", "CUSTOMER", "C_CUSTKEY", "BIGINT", False),
        ("snowflake/events", "events", "payload", "JSON", True),
        ("snowflake/tasty_bytes", "order_header", "order_total", "DECIMAL(38,4)", True),
        ("bigquery/thelook", "users", "latitude", "DOUBLE", True),
        (
            "bigquery/ga4_events", "ga4", "user_ltv",
            "STRUCT(revenue DOUBLE, currency VARCHAR)", True,
        ),
        ("hive/warehouse", "page_view", "country", "VARCHAR", True),
        ("hive/warehouse", "page_view", "properties", "MAP(VARCHAR, VARCHAR)", True),
        ("duckdb/types", "everything", "either", "UNION(num INTEGER, txt VARCHAR)", True),
    ],
)  # fmt: skip
def test_a_column_has_its_type(
    name: str, table: str, column: str, type_: str, nullable: bool
) -> None:
    schema = fixture(name)
    found = (schema.table(table) or schema.tables[0]).column(column)
    assert found is not None
    assert (found.type, found.nullable) == (type_, nullable)


def test_keys_of_the_famous_ones() -> None:
    playlist = fixture("mysql/chinook").table("PlaylistTrack")
    assert playlist is not None and playlist.primary_key == ("PlaylistId", "TrackId")
    lineitem = fixture("mysql/tpch").table("LINEITEM")
    assert lineitem is not None and lineitem.primary_key == ("L_ORDERKEY", "L_LINENUMBER")
    pair = ForeignKey(("L_PARTKEY", "L_SUPPKEY"), "PARTSUPP", ("PS_PARTKEY", "PS_SUPPKEY"))
    assert pair in lineitem.foreign_keys
    rental = fixture("postgres/pagila").table("rental")
    assert rental is not None
    assert rental.unique == (("rental_date", "inventory_id", "customer_id"),)
    terms = fixture("mysql/wordpress").table("wp_term_taxonomy")
    assert terms is not None and terms.primary_key == ("term_taxonomy_id",)
    assert terms.unique == (("term_id", "taxonomy"),)
    employees = fixture("oracle/hr").table("employees")
    assert employees is not None
    assert ForeignKey(("manager_id",), "employees", ("employee_id",)) in employees.foreign_keys
    deal = fixture("postgres/multi_schema").table("deal")
    assert deal is not None and deal.unique == ()  # one index is partial, one over an expression
    assert deal.foreign_keys == (ForeignKey(("person_id",), "sales_person", ("id",)),)


def test_lists_of_values_of_the_famous_ones() -> None:
    ratings = ("G", "PG", "PG-13", "R", "NC-17")
    for name in ("mysql/sakila", "postgres/pagila"):
        film = fixture(name).table("film")
        assert film is not None
        assert next(c.enum for c in film.columns if c.name == "rating") == ratings
    order = fixture("postgres/domains").table("purchase_order")
    assert order is not None
    assert order.columns[2].enum == ("draft", "submitted", "won't ship", "done")
    flights = fixture("postgres/bookings").table("flights")
    status = flights.column("status") if flights else None
    assert status is not None and "On Time" in status.enum and len(status.enum) == 6
    patient = fixture("tsql/clinic_crlf").tables[0].column("Sex")
    assert patient is not None and patient.enum == ("F", "M", "X")


def test_conditions_of_the_famous_ones() -> None:
    assert "UnitPrice >= 0" in fixture("tsql/northwind").table("Products").checks  # type: ignore[union-attr]
    assert fixture("oracle/hr").table("job_history").checks == ("end_date > start_date",)  # type: ignore[union-attr]
    assert fixture("tsql/pubs").table("authors").checks == ()  # type: ignore[union-attr]
    pagila = fixture("postgres/pagila").table("film").checks  # type: ignore[union-attr]
    assert pagila == ("(release_year >= 1901) AND (release_year <= 2155)",)


def test_what_is_left_out_is_told() -> None:
    notes = " ".join(fixture("mysql/sakila").notes)
    assert "geometry" in notes and "2 CREATE TRIGGER" in notes and "1 CREATE VIEW" in notes
    assert "json_valid" in " ".join(fixture("mysql/every_type").notes)
    assert any("hr_person" in note for note in fixture("postgres/multi_schema").notes)
