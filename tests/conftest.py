"""Settings of all tests."""

from hypothesis import settings

# Examples have no deadline of their own: a busy machine would fail what is right.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
