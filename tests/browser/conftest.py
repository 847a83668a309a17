"""A dashboard on a free port of this machine, and a Chromium to look at it.

The browser is the one that ``CARVEOUT_CHROMIUM`` names, else one that is installed, else
Playwright's own, else Debian's, which is installed where the tests run as root with apt.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: A comparison of seconds: the invented city for some weeks, with law and posture that show.
QUICK = ("city=littletown&years=0.1&replicates=2&draws=0&scale=1&environment=E0"
         "&posture=2025-surge")
#: Patience for a machine that does other things, in milliseconds.
LONG = 60_000


def chromium(own: str) -> str:
    """Where a Chromium is; the tests fail, and say how to get one, if there is none."""
    named = os.environ.get("CARVEOUT_CHROMIUM")
    found = [named] if named else [path for name in NAMES if (path := shutil.which(name))]
    if not found and Path(own).exists():
        found = [own]
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "timeout": 600}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], **quiet)
        found = [path for name in NAMES if (path := shutil.which(name))]
    if not found:
        pytest.fail("no Chromium: install Debian's chromium, or run 'playwright install chromium'")
    return found[0]


class Served:
    """A running dashboard."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [sys.executable, "-m", "experiments.cli", "dashboard", "--port", "0", "--cold"]
        self.log = (folder / "server.log").open("w")
        self.process = subprocess.Popen(
            [*command, *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=self.log,
            env={**os.environ, "PYTHONPATH": str(ROOT), "CARVEOUT_CACHE": str(folder / "cache")},
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.search(r"http://\S+", self.said)
        assert found, (folder / "server.log").read_text()
        self.url = found.group()

    def close(self) -> None:
        """End it, and wait."""
        self.process.terminate()
        self.process.wait(timeout=120)
        self.log.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("dashboard")
    one = Served(folder, "--results", str(folder / "results"))
    yield one
    one.close()


class Visit:
    """A page of one visitor that notes what it asked for, and what went wrong in it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(LONG)
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog {dialog.message}"))

    def open(self, path: str) -> Page:
        """Go to an address of the dashboard and wait for its page."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector("h1")
        return self.page


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    one = Visit(context, served.url)
    yield one
    context.close()
    assert one.wrong == []
    assert [url for url in one.asked if not url.startswith((served.url, "data:", "blob:"))] == []


@pytest.fixture(scope="session")
def finished(browser: Browser, served: Served) -> str:
    """The address of a comparison that is there already: pages that only show it are quick."""
    context = browser.new_context()
    one = Visit(context, served.url)
    address = f"/?{QUICK.replace('draws=0', 'draws=2')}&b=full-cooperation"
    page = one.open(address)
    page.wait_for_selector("text=Finished", timeout=4 * LONG)
    context.close()
    return address


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests leave what they saw."""
    named = os.environ.get("CARVEOUT_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")
