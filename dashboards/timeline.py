"""The true history of Chicago's law, beside one in which some dates are otherwise."""

from __future__ import annotations

import solara

from dashboards.address import View, view_of
from dashboards.compare import Comparing, Kind
from dashboards.components import Element
from dashboards.plans import timeline_plan

#: Unasked: what if the ban of July 2019 had come with the new federal priorities of January 2017?
#: Ten years at draws of the posterior take minutes: who wants them asks for them.
DEFAULT = View(
    start="2012-01-01", years="10", scale="0.1", replicates="2", draws="0",
    moved=(("5", "2017-01-26"),),
)
TIMELINE = Kind("/timeline", DEFAULT, timeline_plan, stated=("years", "seed", "moved"))


@solara.component
def Page() -> None:
    """The history and a what-if."""
    router = solara.use_router()
    with Element("main", classes="co-main", id="main"):
        Element("h1", "What if a date had been otherwise?")
        Element(
            "p",
            "A is the law of Chicago as it came into force from 2011 to 2021, city, county, state "
            "and federal posture; B is the same with the dates that you move. Both are run on the "
            "same synthetic residents. Numbered marks on the monthly lines are the dates.",
            classes="co-lead",
        )
        Comparing(view_of(router.search, DEFAULT), router.push, TIMELINE)
