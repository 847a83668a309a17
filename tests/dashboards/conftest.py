"""A cache of populations that no other run sees."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    before = os.environ.get("CARVEOUT_CACHE")
    os.environ["CARVEOUT_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["CARVEOUT_CACHE"]
    else:
        os.environ["CARVEOUT_CACHE"] = before
