"""Settings of one installation, read from the environment (``SMENA_*``), and the server's key."""

import os
import secrets
import stat
from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32


class Settings(BaseSettings):
    """How this installation runs; each field is an environment variable with the prefix ``SMENA_``."""

    model_config = SettingsConfigDict(env_prefix="SMENA_", extra="forbid", frozen=True)

    data: Path = Path("data")
    """Folder of the database file and the server's key."""
    database_url: str = ""
    """``sqlite+aiosqlite://...`` or ``postgresql+psycopg://...``; empty: a file in the data folder."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_base_url: HttpUrl | None = None
    """Where people reach the server, for links in feeds and letters; None: as the request came."""
    run_slots: int = Field(default=1, ge=0)
    """Allocation runs that this process executes at once; 0: none."""
    run_time_limit_s: int = Field(default=60, gt=0)
    lease_s: int = Field(default=30, gt=0)
    """A run whose lease was not renewed for so long is lost."""
    login_days: int = Field(default=14, gt=0)

    @model_validator(mode="after")
    def _default_database(self) -> Self:
        if not self.database_url:
            # The model is frozen for its users; here it is still being built.
            object.__setattr__(self, "database_url", f"sqlite+aiosqlite:///{self.data / 'smena.sqlite'}")
        return self


def prepare_data(settings: Settings) -> Path:
    """Return the data folder; it exists afterwards, readable by its owner alone if it was made here."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.data


def server_key(settings: Settings) -> bytes:
    """Return the secret that feed tokens are derived from; made at the first call, the same ever after.

    The file ``server.key`` of the data folder has mode 600 and is part of a backup. Processes that start
    together get the same key.

    Raises
    ------
    PermissionError
        The file can be read by others than its owner.
    ValueError
        The file does not hold a key.
    """
    path = prepare_data(settings) / "server.key"
    if not path.exists():
        _create_key(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PermissionError(f"{path} can be read by others: set its mode to 600")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} does not hold a key of {KEY_BYTES} bytes")
    return key


def _create_key(path: Path) -> None:
    """Make the key file whole or not at all; another process may be first."""
    draft = path.with_name(f".server.key.{secrets.token_hex(8)}")
    with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, not a rename: it fails where the file exists, so the first key stays.
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
