"""What the tests of pages share: how a page is asked for, and what every page must keep to."""

import re
from collections.abc import Awaitable, Callable
from html import unescape
from typing import TypeAlias

import httpx
import pytest
from sqlalchemy import select

from scheduler.persistence.tables.base import Base
from scheduler.policy import SYSTEM
from tests.api.conftest import Service

DEMO = {
    "ru": "Демонстрационные данные, не является предложением организации",
    "en": "Demonstration data, not an offer of any organisation",
}

Look: TypeAlias = Callable[..., Awaitable[str]]
Find: TypeAlias = Callable[[type[Base], str], Awaitable[int]]


@pytest.fixture
def look(service: Service) -> Look:
    """Ask for a page as a browser does and return its text; every page keeps the common promises."""

    async def ask(login: str, path: str, lang: str = "ru", status: int = 200) -> str:
        answer = await service.client(login).get(path, headers=browser(lang))
        assert answer.status_code == status, answer.text
        keeps_promises(answer, lang)
        return text_of(answer)

    return ask


@pytest.fixture
def key_of(service: Service) -> Find:
    """Return the key of a row of the tiny region by its code."""

    async def find(table: type[Base], code: str) -> int:
        async with service.db.read_tx(SYSTEM) as tx:
            found = await tx.session.scalar(
                select(table.__table__.c.id).where(table.__table__.c.code == code)
            )
        assert found is not None
        return int(found)

    return find


def browser(lang: str = "ru") -> dict[str, str]:
    """Return the headers of a browser that keeps a language."""
    return {"Accept": "text/html", "Cookie": f"smena_lang={lang}"}


def htmx(lang: str = "ru") -> dict[str, str]:
    """Return the headers of htmx that puts the answer into the page."""
    return browser(lang) | {"HX-Request": "true", "HX-Request-Type": "partial"}


def keeps_promises(answer: httpx.Response, lang: str) -> None:
    """Check what holds for every page: language, the demonstration's label, nothing inline, no other host."""
    page = answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{lang}">' in page
    assert DEMO[lang] in page
    assert page.count("<h1") == 1
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r"<style|\son[a-z]+=", page) == []
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []
    assert len(re.findall(r'\sid="([^"]+)"', page)) == len(set(re.findall(r'\sid="([^"]+)"', page)))


def text_of(answer: httpx.Response) -> str:
    """Return what a reader sees and hears of a page, spaces made one."""
    bare = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(bare).split())


def field_value(page: str, name: str) -> str | None:
    """Return what stands in a field of a form."""
    found = re.search(rf'<input[^>]*\sname="{name}"[^>]*>', page)
    if found is None:
        return None
    value = re.search(r'\svalue="([^"]*)"', found.group())
    return unescape(value.group(1)) if value else ""


def chosen_value(page: str, name: str) -> str | None:
    """Return what is chosen in a select of a form."""
    found = re.search(rf'<select[^>]*\sname="{name}".*?</select>', page, flags=re.DOTALL)
    if found is None:
        return None
    value = re.search(r'<option value="([^"]*)" selected>', found.group())
    return value.group(1) if value else None


def ticked(page: str, name: str) -> list[str]:
    """Return the values of a form's boxes that are ticked."""
    return re.findall(rf'<input type="(?:checkbox|radio)"[^>]*\sname="{name}" value="([^"]*)" checked', page)
