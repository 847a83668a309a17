"""Settings of all tests."""

import pytest
from hypothesis import settings

# Examples have no deadline of their own: a busy machine would fail what is right.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """A cache of populations that no other run sees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CARVEOUT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a process: Playwright can be started once in a thread."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import chromium

    with sync_playwright() as playwright:
        path = chromium(playwright.chromium.executable_path)
        one = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield one
        one.close()
