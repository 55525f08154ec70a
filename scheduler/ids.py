"""Names that outlive a row's key: codes, calendar UIDs, tokens."""

import hashlib
import hmac
import secrets
from base64 import b32encode
from uuid import uuid4

CODE_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
"""Without characters that are read or heard as another one."""
CODE_LENGTH = 8
FEED_TOKEN_BYTES = 20


def new_code(prefix: str) -> str:
    """Return a random code for a new row, fit to be read out: ``{prefix}-{8 characters}``."""
    return f"{prefix}-{''.join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))}"


def new_uid() -> str:
    """Return a new calendar UID; a booking keeps it through all versions."""
    return f"{uuid4()}@smena"


def new_login_token() -> str:
    """Return a new secret of a login, 256 random bits; only its hash is stored."""
    return secrets.token_urlsafe(32)


def feed_token(server_key: bytes, feed_id: int, generation: int) -> str:
    """Return the secret part of a feed's address: 160 bits of HMAC-SHA256 as 32 characters.

    The same key, feed and generation always give the same token, so its owner can see it again, and a
    raised generation revokes it.

    >>> feed_token(b"key", 1, 1) == feed_token(b"key", 1, 2)
    False
    """
    message = feed_id.to_bytes(8, "big") + generation.to_bytes(8, "big")
    digest = hmac.digest(server_key, message, hashlib.sha256)
    return b32encode(digest[:FEED_TOKEN_BYTES]).decode().lower()


def token_sha256(token: str) -> str:
    """Return what the database keeps of a token: the hex SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()
