"""The comparison that the first visitor sees is made while nobody waits for it."""

from __future__ import annotations

from dashboards.address import View
from dashboards.follow import shared_runs
from dashboards.plans import comparison_plan

NOBODY = "the server itself"


def warm() -> None:
    """Ask for the default comparison in the background."""
    shared_runs().submit(NOBODY, comparison_plan(View()))
