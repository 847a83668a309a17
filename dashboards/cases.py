"""Case histories: one incident that is decided otherwise, read under both regimes."""

from __future__ import annotations

import shlex
import threading
from functools import partial
from pathlib import Path
from typing import Any, cast

import solara

from dashboards.address import View, view_of
from dashboards.compare import Kind, checked
from dashboards.components import Alert, CopyText, Element, Press
from dashboards.controls import Go, Setting, Side
from dashboards.plans import Plan, comparison_plan
from dashboards.titles import regime_short, regime_title
from dashboards.traces import TraceFailed, command, histories, known

#: Unasked: regimes and law between which many incidents are decided otherwise.
DEFAULT = View(b="full-cooperation", environment="E0", scale="0.1", replicates="1")
CASES = Kind("/cases", DEFAULT, comparison_plan)
TOLD = (("felt", "What moved the victim, in log odds"), ("heard", "What had been heard of"),
        ("law", "What the law says here"))


@solara.component
def Page() -> None:
    """Choose two regimes, find incidents, read one."""
    router = solara.use_router()
    view = view_of(router.search, DEFAULT)

    def go(to: View) -> None:
        router.push(CASES.link(to))

    asked = view.but(item="")
    plan, faults = solara.use_memo(lambda: checked(asked, comparison_plan), [asked])
    with Element("main", classes="co-main", id="main"):
        Element("h1", "One incident, two policies")
        Element(
            "p",
            "The same incident, with the same dice, under both texts: what was decided, the "
            "chance then, and why. It shows how the rules work. Every person is synthetic, and "
            "no place is told.",
            classes="co-lead",
        )
        with Element("div", classes="co-columns"):
            with Element("section", classes="co-card co-form",
                         **{"aria-label": "What is compared"}):
                Side("A", view, go)
                Side("B", view, go)
                Setting(view, go, single=True)
                if faults:
                    Alert(faults, head="This cannot be run:")
            with Element("div", classes="co-results"):
                if plan is not None:
                    Search(plan, view, go)


@solara.component
def Search(plan: Plan, view: View, go: Go) -> None:
    """A button that finds incidents; then those found."""
    stop, set_stop = solara.use_state(cast(threading.Event | None, None))
    failed, set_failed = solara.use_state("")

    def start() -> None:
        mine = threading.Event()

        def work() -> None:
            why = ""
            try:
                histories(plan, mine)
            except TraceFailed as error:
                why = str(error)
            if not mine.is_set():
                set_failed(why)
                set_stop(None)

        set_failed("")
        set_stop(mine)
        threading.Thread(target=work, daemon=True).start()

    def leave() -> Any:
        return lambda: stop.set() if stop is not None else None

    def cancel() -> None:
        if stop is not None:
            stop.set()
        set_stop(None)

    solara.use_effect(leave, [stop, plan.key])
    with Element("section", classes="co-card", **{"aria-labelledby": "search"}):
        Element("h2", "Incidents that are decided otherwise", id="search")
        if stop is not None:
            Element("p", "Searching: both regimes are run and watched. A tenth of the city for a "
                    "year takes about a minute.", role="status")
            Press("Cancel", cancel)
        elif known(plan) is None:
            Element("p", "Runs both regimes once, with the parameters at their defaults, and looks "
                    "for incidents in which something is decided otherwise under B. It shows the "
                    "rules; how sure an effect is, Compare tells.", classes="co-note")
            Press("Find incidents", start, primary=True)
        if failed:
            Alert([failed], head="None was found:")
        if (answer := known(plan)) is not None:
            Listed(answer["histories"], view, go)
    if (answer := known(plan)) is not None:
        one = looked_at(answer["histories"], view)
        History(one)
        words = ["carveout", *command(plan), "--incident", one["id"]]
        with Element("section", classes="co-card", **{"aria-label": "Take it with you"}):
            CopyText(label="Link to this view", text=CASES.lasting_link(view.but(item=one["id"])))
            CopyText(label="As a command", text=shlex.join(Path(word).name for word in words))


def Listed(found: list[dict[str, Any]], view: View, go: Go) -> None:
    """The incidents found, each a button."""
    here = looked_at(found, view)
    with Element("ul", classes="co-plain"):
        for one in found:
            with Element("li"):
                Press(f"{one['date']}: {one['what']}", partial(go, view.but(item=one["id"])),
                      chosen=one is here)


def looked_at(found: list[dict[str, Any]], view: View) -> dict[str, Any]:
    """The incident that a view names, else the first."""
    return next((one for one in found if one["id"] == view.item), found[0])


def History(one: dict[str, Any]) -> None:
    """One incident under both regimes."""
    sentence = one["sentence"]
    for name in one["regimes"]:
        sentence = sentence.replace(f"under {name}", f"under {regime_short(name)}")
    with Element("section", classes="co-card", **{"aria-labelledby": "history"}):
        Element("h2", "Case history", id="history")
        Element("p", sentence)
        Element("p", f"{one['person']}. Incident {one['id']} of this run, with the parameters at "
                "their defaults.", classes="co-note")
        with Element("div", classes="co-pair"):
            for mark, (regime, side) in zip("AB", one["regimes"].items(), strict=True):
                with Element("div"):
                    Element("h3", f"{mark}: {regime_title(regime)}")
                    Decisions(side["decisions"])
                    for key, title in TOLD:
                        if side[key]:
                            Element("b", title)
                            Element("ul", *[Element("li", line) for line in side[key]])


def Decisions(made: list[dict[str, Any]]) -> None:
    """Decisions with their chance as a bar, and the dice."""
    heads = [Element("th", text, scope="col") for text in ("decision", "chance", "dice", "")]
    rows = [
        Element(
            "tr", Element("th", one["what"], scope="row"),
            Element("td", Element("meter", min="0", max="1", value=str(one["chance"]),
                                  **{"aria-label": f"chance {one['chance']:.1%}"}),
                    f" {one['chance']:.1%}"),
            Element("td", f"{one['dice']:.3f}"), Element("td", "yes" if one["made"] else "no"),
        )
        for one in made
    ]
    Element("table", Element("thead", Element("tr", *heads)), Element("tbody", *rows))
