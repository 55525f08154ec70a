"""Settings and the server's key."""

import stat
from pathlib import Path
from threading import Thread

import pytest
from pydantic import ValidationError

from scheduler.config import KEY_BYTES, Settings, prepare_data, server_key


def test_the_database_stands_in_the_data_folder_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = Settings(data=tmp_path)
    monkeypatch.setenv("SMENA_DATABASE_URL", "postgresql+psycopg://db/region")
    monkeypatch.setenv("SMENA_PORT", "8123")
    told = Settings(data=tmp_path)

    assert default.database_url == f"sqlite+aiosqlite:///{tmp_path}/smena.sqlite"
    assert (told.database_url, told.port) == ("postgresql+psycopg://db/region", 8123)


def test_a_senseless_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_LEASE_S", "0")

    with pytest.raises(ValidationError, match="lease_s"):
        Settings()


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = prepare_data(Settings(data=tmp_path / "deep" / "data"))

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_key_is_made_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")

    keys = [server_key(settings) for _ in range(2)]

    assert keys[0] == keys[1]
    assert len(keys[0]) == KEY_BYTES
    assert [path.name for path in settings.data.iterdir()] == ["server.key"]
    assert stat.S_IMODE((settings.data / "server.key").stat().st_mode) == 0o600


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    keys: list[bytes] = []
    threads = [Thread(target=lambda: keys.append(server_key(settings))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(keys) == 16
    assert len(set(keys)) == 1


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    assert server_key(Settings(data=tmp_path / "a")) != server_key(Settings(data=tmp_path / "b"))


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    server_key(settings)
    (tmp_path / "server.key").chmod(0o640)

    with pytest.raises(PermissionError, match="600"):
        server_key(settings)


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "server.key").touch(mode=0o600)

    with pytest.raises(ValueError, match="32 bytes"):
        server_key(Settings(data=tmp_path))
