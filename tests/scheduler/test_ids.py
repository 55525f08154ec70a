"""Codes, UIDs, tokens and clocks."""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from scheduler.clock import FixedClock, SystemClock
from scheduler.ids import feed_token, new_code, new_login_token, new_uid, token_sha256


def test_a_code_can_be_read_out() -> None:
    codes = {new_code("req") for _ in range(500)}

    assert len(codes) == 500
    assert all(re.fullmatch(r"req-[2-9a-hjkmnp-z]{8}", code) for code in codes)


def test_a_uid_is_new_each_time() -> None:
    assert re.fullmatch(r"[0-9a-f-]{36}@smena", new_uid())
    assert new_uid() != new_uid()


def test_a_feed_token_is_that_of_the_definition() -> None:
    # From the definition, by another way: HMAC written out, the token read as a number.
    key, message = b"k" * 32, bytes(7) + b"\x05" + bytes(7) + b"\x02"
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    mac = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()

    token = feed_token(key, 5, 2)

    number = 0
    for character in token:
        number = number * 32 + "abcdefghijklmnopqrstuvwxyz234567".index(character)
    assert len(token) == 32
    assert number == int.from_bytes(mac[:20], "big")


def test_a_feed_token_changes_with_key_feed_and_generation() -> None:
    tokens = {feed_token(b"a", 1, 1), feed_token(b"b", 1, 1), feed_token(b"a", 2, 1), feed_token(b"a", 1, 2)}

    assert len(tokens) == 4


def test_a_login_token_is_kept_as_its_hash() -> None:
    token = new_login_token()

    assert token != new_login_token()
    assert len(token) >= 43
    assert token_sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_clocks_tell_utc() -> None:
    moscow = datetime(2027, 3, 1, 12, tzinfo=timezone(timedelta(hours=3)))

    assert FixedClock(moscow).now().isoformat() == "2027-03-01T09:00:00+00:00"
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2027, 3, 1))  # noqa: DTZ001 — the fault under test
