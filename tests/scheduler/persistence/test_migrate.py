"""Migrations make what the tables say, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from scheduler.persistence import migrate
from scheduler.persistence.tables import Base
from tests.scheduler.persistence.world import (
    NOON_S,
    add_booking,
    add_subject,
    book,
    found_register,
    plain_engine,
)

GUARD = {
    "sqlite": {"guard_claim_insert", "guard_claim_update", "guard_booking", "guard_subject"},
    "postgresql": {"guard_claim", "guard_booking", "guard_subject"},
}


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    engine = plain_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def structure(connection: Connection) -> dict[str, Any]:
    """Return all tables with columns, keys, indexes and checks, in a form that can be compared."""
    inspector = inspect(connection)

    def sort(items: list[Any]) -> list[str]:
        return sorted(repr(item) for item in items)

    return {
        name: {
            # The repr of a type says what is in it; types have no equality.
            "columns": [repr(column) for column in inspector.get_columns(name)],
            "key": inspector.get_pk_constraint(name),
            "references": sort(inspector.get_foreign_keys(name)),
            "unique": sort(inspector.get_unique_constraints(name)),
            "checks": sort(inspector.get_check_constraints(name)),
            "indexes": sort(inspector.get_indexes(name)),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def triggers(connection: Connection) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
    }[connection.dialect.name]
    return set(connection.execute(text(query)).scalars())


def test_an_empty_database_comes_to_the_newest_migration(empty_database_url: str, database_kind: str) -> None:
    assert migrate.current(empty_database_url) is None

    migrate.upgrade(empty_database_url)

    assert migrate.current(empty_database_url) == newest()
    assert migrate.check(empty_database_url) == []
    with opened(empty_database_url) as connection:
        assert triggers(connection) == GUARD[database_kind]


def test_migrations_and_tables_agree_in_every_detail(empty_database_url: str, database_url: str) -> None:
    with opened(empty_database_url) as connection:
        Base.metadata.create_all(connection)
        expected = structure(connection)
    with opened(database_url) as connection:
        actual = structure(connection)

    assert set(actual) == set(Base.metadata.tables)
    assert actual == expected


OFFER = (
    "INSERT INTO offer (id, code, resource_id, consent, capacity, valid_from, windows, conditions, state,"
    " created_at, revision) VALUES (1, 'o', {resource_id}, 'each', 1, '2027-01-11', '[]', '', 'open',"
    " '2027-01-11 09:00:00', 1)"
)


def test_rows_of_an_older_migration_come_through(empty_database_url: str) -> None:
    with opened(empty_database_url) as connection:
        command.upgrade(migrate.config(connection), "0003")
        found_register(connection)
        resource_id = add_subject(connection)
        connection.execute(
            text(
                "INSERT INTO resource (id, code, kind, owner_id, site_id, name, hazard, setup_min,"
                f" cleanup_min, lead_days, revision) VALUES ({resource_id}, 'r', 'workshop', 1, 1, 'М',"
                " 'none', 0, 0, 0, 1)"
            )
        )
        connection.execute(text(OFFER.format(resource_id=resource_id)))

    migrate.upgrade(empty_database_url)

    assert migrate.current(empty_database_url) == newest()
    assert migrate.check(empty_database_url) == []
    with opened(empty_database_url) as connection:
        assert connection.execute(text("SELECT code, odd_weeks FROM offer")).all() == [("o", None)]
        connection.execute(
            text(
                "INSERT INTO competency (id, code, name, name_en, practice_subgroup)"
                " VALUES (1, 'c', 'К', 'C', 6)"
            )
        )
        insert_list = (
            "INSERT INTO infrastructure_list (id, code, competency_id, season, valid_from, source, revision)"
            " VALUES ({id}, 'il{id}', 1, '2027', '2026-09-01', 'демо', 1)"
        )
        connection.execute(text(insert_list.format(id=1)))
        with pytest.raises(DBAPIError, match="season"), connection.begin_nested():
            connection.execute(text(insert_list.format(id=2)))


def test_a_difference_is_seen(database_url: str) -> None:
    with opened(database_url) as connection:
        connection.execute(text("ALTER TABLE town ADD COLUMN mayor VARCHAR"))

    [difference] = migrate.check(database_url)

    assert difference[0] == "remove_column"


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    with opened(database_url) as connection:
        before = structure(connection)

    migrate.upgrade(database_url)

    with opened(database_url) as connection:
        assert structure(connection) == before


def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    faults: list[Exception] = []

    def upgrade() -> None:
        try:
            migrate.upgrade(empty_database_url)
        except Exception as error:  # noqa: BLE001 — shown by the assertion below
            faults.append(error)

    threads = [Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert faults == []
    assert migrate.current(empty_database_url) == newest()


def test_a_migration_that_fails_leaves_nothing(empty_database_url: str) -> None:
    with opened(empty_database_url) as connection:
        # The last migration but the guard makes this one too.
        connection.execute(text("CREATE TABLE change (id INTEGER)"))

    with pytest.raises(Exception, match="change"):
        migrate.upgrade(empty_database_url)

    assert migrate.current(empty_database_url) is None
    with opened(empty_database_url) as connection:
        assert inspect(connection).get_table_names() == ["change"]


def newest() -> str | None:
    return ScriptDirectory.from_config(migrate.config()).get_current_head()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_regions_are_schemas_of_one_database_each_with_its_own_guard(empty_database_url: str) -> None:
    """A writer that names the tables with their schema is guarded by that schema's claims."""
    urls = {}
    for region in ("smolensk", "bryansk"):
        with opened(empty_database_url) as connection:
            connection.execute(text(f"CREATE SCHEMA {region}"))
        address = make_url(empty_database_url).update_query_dict({"options": f"-csearch_path={region}"})
        urls[region] = address.render_as_string(hide_password=False)
        migrate.upgrade(urls[region])
    with opened(urls["smolensk"]) as connection:
        found_register(connection)
        workshop = add_subject(connection)
        book(connection, workshop)
        rival_id = add_booking(connection)
    claim = (
        "INSERT INTO smolensk.claim"
        " (booking_id, subject_id, role, amount, units, from_s, until_s, holding, agreed)"
        f" VALUES ({rival_id}, {workshop}, 'r', 1, '[]', {NOON_S}, {NOON_S + 1}, TRUE, TRUE)"
    )

    with pytest.raises(DBAPIError, match=f"smena:taken:{workshop}:"), opened(urls["bryansk"]) as connection:
        connection.execute(text(claim))
