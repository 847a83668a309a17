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
