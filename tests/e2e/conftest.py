"""A real server, a real browser, and what neither may do: complain."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
START_S = 60
FAILED = pytest.StashKey[bool]()

# Told as an error of the console, as the browser's own complaints are.
REPORT_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Note that a test failed, for the pictures."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the product on the tiny region, in processes of its own."""
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.server", str(folder / "data"), str(port)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START_S
        while not is_up(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield url
        assert "Traceback" not in log.read_text()
    finally:
        process.terminate()
        process.wait(10)


def is_up(url: str) -> bool:
    """Return whether the server answers."""
    try:
        return httpx.get(f"{url}/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """The system's Chromium without a window."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not installed: make browser", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser of their own; everything it complains about is kept."""

    name: str
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        """Sign in with the demonstration's account."""
        self.open("/login")
        self.page.get_by_label("Логин").fill(self.name)
        self.page.get_by_label("Пароль").fill(f"demo-{self.name}")
        self.page.get_by_role("button", name="Войти").click()
        self.page.get_by_role("button", name="Выйти").wait_for()

    def open(self, path: str) -> None:
        """Open a page and wait until its scripts are there."""
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        """Press a button that sends a form, and wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def text(self) -> str:
        """Return what is to be read."""
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text())

    def barriers(self) -> list[str]:
        """Return what axe finds serious or critical on the page that is open."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{self.page.url}: {one['id']}: {one['nodes'][0]['html']}"
            for one in found["violations"]
            if one["impact"] in GRAVE
        ]

    def overflows(self) -> bool:
        """Return whether the page is wider than the screen."""
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        )


@pytest.fixture
def visit(chromium: Browser, server: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Make visitors; after the test none may have had a reason to complain."""
    visitors: list[Visitor] = []

    def make(name: str, width: int = 1440, height: int = 900) -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="ru-RU")
        context.add_init_script(REPORT_POLICY)
        visitor = Visitor(name, context.new_page(), server)

        def listen(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                visitor.complaints.append(f"{message.type}: {message.text}")

        visitor.page.on("console", listen)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitors.append(visitor)
        return visitor

    yield make
    if request.node.stash.get(FAILED, False):
        for number, visitor in enumerate(visitors):
            picture = tmp_path / f"{number}-{visitor.name}.png"
            visitor.page.screenshot(path=picture, full_page=True)
            print(f"the page of {visitor.name}: {picture}")
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
