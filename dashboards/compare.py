"""The first page: two regimes on the same synthetic city, side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import solara

from dashboards.address import View, view_of
from dashboards.briefings import FILES as BRIEFING_FILES
from dashboards.briefings import LANGUAGES, BriefingFailed, briefing
from dashboards.components import (
    Alert,
    CopyText,
    Element,
    Explorer,
    Field,
    Intervals,
    Press,
    Progress,
)
from dashboards.controls import Go, Setting, Side, Steps, option
from dashboards.days import day_offer, day_view
from dashboards.edited import told
from dashboards.files import FILES, links
from dashboards.follow import ask, owner, shared_runs, use_version, words
from dashboards.plans import Plan, comparison_plan
from dashboards.runs import FINISHED, Job
from dashboards.sentences import sureness
from dashboards.views import Shown, dates, law_differences, shown
from experiments.settings import environment_says
from model.faults import BadInput

#: A link that asks for no more than this runs at once; a larger one waits for the button.
AT_ONCE = 16.0


def checked(view: View, make: Callable[[View], Plan]) -> tuple[Plan | None, list[str]]:
    """The plan of a view, or what is wrong with it."""
    try:
        return make(view), []
    except BadInput as error:
        return None, told(error)


def city_years(plan: Plan) -> float:
    """Years of a whole city that a plan takes."""
    return sum(case.scenario.days * case.scenario.scale for case in plan.cases) / 365


@dataclass(frozen=True)
class Kind:
    """A page that compares: its path, what it shows unasked, how a view becomes a plan."""

    path: str
    default: View
    plan: Callable[[View], Plan]
    #: Fields that its addresses state even where they are the page's own.
    stated: tuple[str, ...] = ("a", "b", "years", "seed")

    def link(self, view: View) -> str:
        """The address of a view of this page."""
        if view == self.default:
            return self.path
        return f"{self.path}?{view.query(self.default, self.stated)}"

    def lasting_link(self, view: View) -> str:
        """An address that states every setting: no default that changes later can change it."""
        return f"{self.path}?{view.query(self.default, (*self.stated, *SETTINGS))}"


SETTINGS = ("environment", "posture", "start", "replicates", "draws", "scale", "city")
COMPARE = Kind("/", View(), comparison_plan)


@solara.component
def Page() -> None:
    """Two regimes compared."""
    router = solara.use_router()
    view = view_of(router.search)

    with Element("main", classes="co-main", id="main"):
        Element("h1", "Two policies, one city")
        Element(
            "p",
            "Choose two ordinances. Both are run on the same synthetic Chicago with the same "
            "dice, so whatever differs comes from the texts, and from what people believe of "
            "them. Everybody in it is synthetic.",
            classes="co-lead",
        )
        Comparing(view, router.push, COMPARE)


@solara.component
def Comparing(view: View, push: Callable[[str], None], kind: Kind) -> None:
    """Controls on one side, results on the other."""
    asked = (view.but(map="", area="", month="", line="", item=""),)
    plan, faults = solara.use_memo(lambda: checked(view, kind.plan), asked)
    wanted, set_wanted = solara.use_state("")
    refused, set_refused = solara.use_state("")
    job, set_job = solara.use_state(cast(Job | None, None))

    def go(to: View) -> None:
        push(kind.link(to))

    def start() -> None:
        if plan is not None:
            if job is not None and job.plan.key != plan.key:
                shared_runs().cancel(owner(), job)  # what nobody will look at
            found, why = ask(plan)
            set_refused(why)
            if found is not None:
                set_job(found)
                set_wanted(plan.key)

    def arrive() -> None:
        """Show what is there; run what a link asks for, if it is small."""
        if plan is None or plan.key == wanted:
            return
        known = shared_runs().find(plan.key)
        if known is not None or (job is None and city_years(plan) <= AT_ONCE):
            start()

    solara.use_effect(arrive, [plan.key if plan else ""])
    current = plan is not None and job is not None and job.plan.key == plan.key
    with Element("div", classes="co-columns"):
        with Element("section", classes="co-card co-form", **{"aria-label": "What is compared"}):
            if kind is COMPARE:
                Side("A", view, go)
                Side("B", view, go)
            else:
                Steps(view, go)
            Setting(view, go, fixed=kind is COMPARE)
            Press("Compare", start, primary=True, disabled=plan is None)
            if faults:
                Alert(faults, head="This cannot be run:")
            if refused:
                Alert([refused])
        with Element("div", classes="co-results"):
            # Keys, so that what comes and goes between them does not make the results anew.
            if plan is not None and kind is COMPARE:
                Law(plan).key("law")
            Element("p", "Settings have changed. Press Compare to run them; below stands the "
                    "comparison before.", classes="co-stale") if (
                        plan is not None and job is not None and not current) else None
            if job is not None:
                Arriving(job, view, go, kind.lasting_link(view)).key("arriving")


@solara.component
def Law(plan: Plan) -> None:
    """How the two texts differ, and what the law above leaves of it."""
    lines = solara.use_memo(lambda: law_differences(plan), [plan.key])
    with Element("section", classes="co-card", **{"aria-labelledby": "law-title"}):
        Element("h2", "What differs in the texts", id="law-title")
        Element("p", environment_says(plan.settings.scenario.environment), classes="co-note")
        if not lines:
            Element("p", "Nothing that the model knows of.")
        with Element("ul", classes="co-clauses"):
            for line in lines:
                head, _, rest = line.partition(": ")
                before, _, after = rest.partition(" -> ")
                Element("li", Element("b", head), Element("span", f"A: {before}"),
                        Element("span", f"B: {after}"))


@solara.component
def Arriving(job: Job, view: View, go: Go, link: str) -> None:
    """Progress, and the results so far."""
    use_version(job)
    Progress(
        text=words(job), part=job.progress, running=not job.over,
        event_cancel=lambda _: shared_runs().cancel(owner(), job),
    )
    if job.error:
        Alert([job.error], head="The runs failed:")
    found = shown(job)
    if found is not None:
        Results(job, found, job.state == FINISHED, view, go, link).key(job.plan.key)


@solara.component
def Results(
    job: Job, found: Shown, finished: bool, view: View, go: Go, link: str
) -> None:
    """Findings, tables, maps and lines of one comparison."""
    plan = job.plan
    labels = plan.labels
    marks = solara.use_memo(lambda: dates(plan), [plan.key])
    wanted, set_wanted = solara.use_state(False)
    offer = day_offer(job)
    playing = offer["there"] and (wanted or len(view.month) == len("2022-01-01"))
    days = solara.use_thread(
        lambda: day_view(job) if playing else None, dependencies=[playing]
    )
    chosen = {"map": view.map, "area": view.area, "month": view.month, "line": view.line}
    with Element("section", classes="co-card co-finding", **{"aria-labelledby": "finding"}):
        Element("h2", "What is found", id="finding")
        Element("p", f"B, {labels[1]}, beside A, {labels[0]}:", classes="co-note")
        with Element("ul"):
            for sentence in found.sentences:
                Element("li", sentence)
        for line in sureness(found.comparison):
            Element("p", line, classes="co-note")
    charts = {"status": "reporting", "channel": "encounters", "headline": "headline",
              "crime": "crime"}
    for table in found.tables:
        Intervals(
            table=table, sides=list(labels), links=links(plan.key, charts[table["key"]]),
        )
    Explorer(
        by_area=found.by_area, monthly=found.monthly, sides=list(labels), dates=marks,
        chosen=chosen,
        files=f"{FILES}/{plan.key}/", days=days.value, day_offer=offer,
        event_want_days=lambda _: set_wanted(True),
        event_choose_view=lambda now: go(view.but(**{key: str(now[key]) for key in chosen})),
    )
    TakeAway(plan, link)
    if plan.other is None:
        Briefing(job, finished)


@solara.component
def TakeAway(plan: Plan, link: str) -> None:
    """The same comparison as a link, a command, Python, tables and files."""
    with Element("section", classes="co-card", **{"aria-labelledby": "take"}):
        Element("h2", "Take it with you", id="take")
        Element("p", f"Run {plan.key}: the same settings give the same numbers.",
                classes="co-note")
        CopyText(label="Link to this view", text=link)
        CopyText(label="As a command", text=plan.command)
        CopyText(label="In Python", text=plan.python)
        with Element("p", classes="co-links"):
            for what, text in (("contrasts.csv", "all differences, CSV"),
                               ("outcomes.csv", "all months, CSV"),
                               ("manifest.json", "manifest, JSON")):
                Element("a", text, href=f"{FILES}/{plan.key}/{what}", download="")
            for file in plan.files:
                Element("a", f"{file.name}, for the command",
                        href=f"{FILES}/{plan.key}/{file.name}", download="")


@solara.component
def Briefing(job: Job, finished: bool) -> None:
    """A button that makes the briefing of a finished comparison."""
    language, set_language = solara.use_state("en")
    state, set_state = solara.use_state("")

    def make() -> None:
        set_state("working")
        try:
            briefing(job, language)
            set_state(f"ready {language}")
        except BriefingFailed as failed:
            set_state(f"failed {failed}")

    def choose(text: str) -> None:
        set_language(text)
        set_state("")

    with Element("section", classes="co-card", **{"aria-labelledby": "briefing"}):
        Element("h2", "A briefing of it", id="briefing")
        Element("p", "The findings on a few pages, each number traceable, with "
                + ("both intervals" if job.plan.draws else "the interval of chance alone")
                + ": PDF, HTML and Word."
                + ("" if finished else " It can be made once all replicates are there."),
                classes="co-note")
        Field("Language", language, choose, kind="select",
              options=[option(key, text) for key, text in LANGUAGES.items()])
        Press("Make the briefing" if state != "working" else "Being made …",
              lambda: threading.Thread(target=make, daemon=True).start(),
              disabled=not finished or state == "working")
        with Element("p", classes="co-links", role="status"):
            if state == f"ready {language}":
                for kind in BRIEFING_FILES:
                    Element("a", f"Briefing, {kind.upper()}", download="",
                            href=f"/briefings/{job.plan.key}/{language}/{kind}")
        if state.startswith("failed"):
            Alert([state.removeprefix("failed ")], head="No briefing was made:")
