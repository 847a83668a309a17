"""The dashboard: its pages, and what stands around each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import solara
import solara.lab

from dashboards import cases, compare, evidence_page, studies, timeline
from dashboards.components import Element
from dashboards.follow import forget_on_close

STYLE = (Path(__file__).parent / "style.css").read_text("utf-8")

forget_on_close()


@solara.component_vue("vue/theme.vue", vuetify=True)
def ThemeSwitch() -> None:
    """Light, dark, or as the machine is set."""


@solara.component
def Layout(children: Any = None) -> None:
    """A way past the navigation, the pages, the theme; then the page."""
    current, pages = solara.use_route(level=0)
    with Element("div", classes="co-page"):
        solara.Style(STYLE)
        Element("a", "Skip to the content", href="#main", classes="co-skip")
        with Element("header", classes="co-header"):
            Element("span", "Carveout", classes="co-brand")
            with Element("nav", **{"aria-label": "Pages"}):
                for page in pages:
                    here = page is current
                    with solara.Link(page, classes=["co-here"] if here else []):
                        Element("span", page.label, **{"aria-current": "page"} if here else {})
            ThemeSwitch()
        solara.Div(children=children or [], classes=["co-body"])
        Element(
            "footer",
            "A model, not a forecast: every person in it is synthetic. Nothing here says what any "
            "one person did or will do.",
            classes="co-footer",
        )


@solara.component
def Inspector() -> None:
    """Mesa's page; what it needs takes seconds to load, and is loaded for who opens it."""
    from dashboards import inspector

    inspector.Page()


routes = [
    solara.Route("/", component=compare.Page, label="Compare", layout=Layout),
    solara.Route("timeline", component=timeline.Page, label="Timeline"),
    solara.Route("cases", component=cases.Page, label="Cases"),
    solara.Route("studies", component=studies.Page, label="Studies"),
    solara.Route("evidence", component=evidence_page.Page, label="Evidence"),
    solara.Route("inspector", component=Inspector, label="Inspector"),
]
