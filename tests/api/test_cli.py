"""The terminal: what a newcomer calls, and what goes wrong in plain words."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from api.cli import COMMANDS, main
from scheduler.exchange.dataset import load
from tests.api.conftest import TINY

DEMO = import_module("api.cli.demo")
SETTINGS = [name for name in os.environ if name.startswith("SMENA_")]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, tiny_hashes: list[str]) -> None:
    """Set the terminal of every test."""
    use_tiny_demo(monkeypatch, tiny_hashes)


def use_tiny_demo(monkeypatch: pytest.MonkeyPatch, tiny_hashes: list[str]) -> None:
    """Make the terminal English and without settings, and the tiny region the demonstration."""
    for name in SETTINGS:
        monkeypatch.delenv(name)
    for name in ("DATA", "HOST", "PORT"):
        # Commands set them for the processes that they start; this puts them back.
        monkeypatch.setenv(f"SMENA_{name}", "")
        monkeypatch.delenv(f"SMENA_{name}")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(load, "hash_passwords", lambda _: tiny_hashes)
    monkeypatch.setattr(DEMO, "DEMO_FILE", TINY)
    monkeypatch.setattr(DEMO, "MAIN_CAMPAIGN", "tiny-2027")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def loaded(data: Path, prepared: Path) -> Path:
    """A data folder in which the demonstration stands."""
    shutil.copytree(prepared, data)
    return data


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, tiny_hashes: list[str]) -> Path:
    """The demonstration's data folder, made once."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    with pytest.MonkeyPatch.context() as patch:
        use_tiny_demo(patch, tiny_hashes)
        done = smena("demo", "--data", folder, "--seconds", 1)
    assert done.exit_code == 0, done.output
    return folder


def smena(*arguments: object) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def count(data: Path, table: str) -> int:
    """Count the rows of a table."""
    engine = create_engine(f"sqlite:///{data / 'smena.sqlite'}")
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return found


def test_the_demonstration_goes_from_nothing_to_a_published_timetable(data: Path) -> None:
    first = smena("demo", "--data", data, "--seconds", 1)
    bookings, runs = count(data, "booking"), count(data, "run")
    second = smena("demo", "--data", data, "--seconds", 1)

    assert first.exit_code == 0, first.output
    assert "rows" in first.output
    assert "no rule is broken" in first.output
    assert "sessions stand in the timetable" in first.output
    for shown in ("http://127.0.0.1:8000/api/v1", "/schema", "demo-college", "demo-trainer", ".ics"):
        assert shown in first.output, shown
    assert bookings > 0
    assert second.exit_code == 0
    assert second.output.count("unserved") == 0
    assert (count(data, "booking"), count(data, "run")) == (bookings, runs)
    assert second.output.splitlines()[-9:] == first.output.splitlines()[-9:]


def test_an_interrupted_demonstration_goes_on_where_it_stood(loaded: Path) -> None:
    engine = create_engine(f"sqlite:///{loaded / 'smena.sqlite'}")
    with engine.begin() as connection:
        # As after a kill in mid-search: the run still counts as running, its lease has run out.
        for table in (
            "claim",
            "booking",
            "version_session",
            "change",
            "version",
            "run_unplaced",
            "run_progress",
        ):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(
            text(
                "UPDATE run SET state = 'running', report = NULL, solution = NULL, lease_until = '2020-01-01'"
            )
        )
    engine.dispose()

    again = smena("demo", "--data", loaded, "--seconds", 1)

    assert again.exit_code == 0, again.output
    assert "begun before goes on" in again.output
    assert count(loaded, "run") == 1
    assert count(loaded, "booking") > 0


def test_a_demonstration_is_not_loaded_over_a_region_of_ones_own(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = json.loads(TINY.read_text())
    own["clusters"][0]["demo"] = False
    monkeypatch.setattr(DEMO, "DEMO_FILE", tmp_path / "own.json")
    (tmp_path / "own.json").write_text(json.dumps(own))
    smena("demo", "--data", data, "--seconds", 1)

    again = smena("demo", "--data", data, "--seconds", 1)

    assert again.exit_code == 1
    assert "--data" in again.output


def test_public_passwords_are_not_served_to_others(loaded: Path) -> None:

    refused = smena("demo", "--serve", "--data", loaded, "--host", "0.0.0.0")
    command = [sys.executable, "-m", "api.cli", "serve", "--data", str(loaded), "--host", "0.0.0.0"]
    server = subprocess.run(
        [*command, "--port", str(free_port())], capture_output=True, text=True, timeout=60
    )

    assert refused.exit_code == 1
    assert "public passwords" in refused.output
    assert server.returncode == 1
    assert server.stderr.strip() == refused.output.strip()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("arguments", [("serve",), ("demo", "--serve")])
def test_a_taken_port_is_named_before_anything_is_done(
    data: Path, taken_port: int, arguments: tuple[str, ...]
) -> None:
    refused = smena(*arguments, "--data", data, "--port", taken_port)

    assert refused.exit_code == 1
    assert refused.output.strip() == f"Error: Port {taken_port} is taken. Choose another one with --port."


def test_a_foreign_address_is_named(data: Path) -> None:
    refused = smena("serve", "--data", data, "--host", "192.0.2.1")

    assert refused.exit_code == 1
    assert "192.0.2.1" in refused.output


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = smena("migrate", "--data", tmp_path / "file" / "data")

    assert refused.exit_code == 1
    assert str(tmp_path / "file") in refused.output
    assert "--data" in refused.output


def test_a_key_that_others_can_read_is_named(data: Path) -> None:
    smena("migrate", "--data", data)
    key = data / "server.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o644)

    refused = smena("migrate", "--data", data)

    assert refused.exit_code == 1
    assert "600" in refused.output


def test_a_broken_database_is_named(data: Path) -> None:
    data.mkdir()
    (data / "smena.sqlite").write_bytes(b"not a database at all, but long enough to be read as one" * 30)

    refused = smena("migrate", "--data", data)

    assert refused.exit_code == 1
    assert "cannot be opened" in refused.output


def test_a_setting_that_makes_no_sense_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_LEASE_S", "never")

    refused = smena("migrate", "--data", data)

    assert refused.exit_code == 1
    assert "SMENA_LEASE_S" in refused.output


def test_migrating_says_where_it_stands(data: Path) -> None:
    answers = [smena("migrate", "--data", data) for _ in range(2)]

    assert [answer.exit_code for answer in answers] == [0, 0]
    assert answers[0].output == answers[1].output


def test_allocating_again_makes_another_draft(loaded: Path) -> None:

    done = smena("allocate", "tiny-2027", "--data", loaded, "--seconds", 1)
    unknown = smena("allocate", "nothing", "--data", loaded)

    assert done.exit_code == 0, done.output
    assert "Draft 2 of tiny-2027" in done.output
    assert unknown.exit_code == 1
    assert "nothing" in unknown.output


def test_checking_finds_what_was_broken_behind_our_back(loaded: Path) -> None:
    good = smena("check", "--data", loaded)
    engine = create_engine(f"sqlite:///{loaded / 'smena.sqlite'}")
    with engine.begin() as connection:
        for (name,) in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        first = connection.execute(text("SELECT booking_id, subject_id FROM claim ORDER BY id LIMIT 1")).one()
        connection.execute(
            text(
                "INSERT INTO claim"
                " (booking_id, subject_id, role, amount, units, from_s, until_s, holding, agreed)"
                " SELECT booking_id, subject_id, 'again', amount, '[]', from_s, until_s, 1, 1 FROM claim"
                " WHERE booking_id = :booking AND subject_id = :subject"
            ),
            {"booking": first.booking_id, "subject": first.subject_id},
        )
    engine.dispose()
    bad = smena("check", "--data", loaded)

    assert good.exit_code == 0, good.output
    assert good.output.strip().endswith("Faults: 0")
    assert bad.exit_code == 1
    assert not bad.output.strip().endswith("Faults: 0")


def test_an_account_is_made_and_signs_in(loaded: Path) -> None:
    made = smena(
        *("user", "add", "ivanova", "--role", "college", "--participant", "alpha"),
        *("--password", "a long password", "--data", loaded),
    )
    wrong = smena(
        *("user", "add", "petrov", "--role", "college", "--participant", "omega"),
        *("--password", "a long password", "--data", loaded),
    )
    short = smena(
        *("user", "add", "petrov", "--role", "college", "--participant", "alpha"),
        *("--password", "short", "--data", loaded),
    )

    assert made.exit_code == 0, made.output
    assert "ivanova" in made.output
    assert (wrong.exit_code, "alpha" in wrong.output) == (1, True)
    assert (short.exit_code, "password" in short.output) == (1, True)


def test_every_command_says_what_it_does() -> None:
    overview = smena("--help").output
    for name in COMMANDS:
        answer = smena(name, "--help")
        assert answer.exit_code == 0
        assert f"Usage: main {name}" in answer.output
        assert f"  {name} " in overview


def test_the_terminal_speaks_russian_where_the_locale_does(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")

    assert "миграц" in smena("migrate", "--data", data).output.lower()


@pytest.mark.parametrize("module", ["api.serving", "api.cli"])
def test_the_servers_process_loads_no_solver_library(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('ortools', 'numpy', 'pandas') if m in sys.modules])"
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert child.stdout.strip() == "[]"
