"""What holds for every file that is kept in the repository."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]

# Written in parts, so that this file passes its own test.
PACKAGE_HOSTS = re.compile(
    "|".join(
        [
            r"pypi\." + "org",
            r"files\.python" + r"hosted\." + "org",
            r"registry\.npm" + r"js\." + "org",
            r"npm\.pkg\." + "github",
            r"deb\." + r"debian\." + "org",
            r"index-" + r"url\s*[=:]",
            r"un" + r"pkg\." + "com",
            r"jsde" + r"livr\." + "net",
            r"cdn" + r"js\." + "cloudflare",
        ]
    ),
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w.$~}/])/(?:home|root|Users|work|mnt|workspace)/[\w.-]+")


def repository_files() -> list[Path]:
    """List what is, or would be, committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def matches(pattern: re.Pattern[str]) -> list[str]:
    """Name file, line and text of every match in the repository's texts."""
    found = []
    for path in repository_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
            found += [f"{path.relative_to(ROOT)}:{number}: {hit.group()}" for hit in pattern.finditer(line)]
    return found


def test_no_file_names_a_package_host() -> None:
    assert matches(PACKAGE_HOSTS) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert matches(MACHINE_PATHS) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_python_lock_pins_and_hashes_every_package_and_names_no_address(name: str) -> None:
    content = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", content.strip())

    assert entries
    assert "://" not in content
    for entry in entries:
        requirement, *rest = entry.splitlines()
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+", requirement), requirement
        assert any(line.strip().startswith("--hash=sha256:") for line in rest), requirement


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    pins = [
        {line.split(" \\")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    ]

    assert pins[0] <= pins[1]


def test_the_npm_lock_has_a_checksum_and_no_address_for_every_package() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
