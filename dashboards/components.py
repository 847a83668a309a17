"""What pages are built of: fields, buttons, tables with drawn intervals, maps and lines.

Each is a small Vue file under ``vue/`` that takes plain data and says what was chosen. Text is set
by Vue as text, never as HTML, so no name can bring markup along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import reacton.ipyvuetify as rv
import solara

Options = Sequence[Mapping[str, str]]


@solara.component_vue("vue/field.vue", vuetify=False)
def _Field(
    label: str,
    kind: str,
    value: str,
    options: Options,
    tip: str,
    least: str | None,
    most: str | None,
    step: str | None,
    placeholder: str,
    disabled: bool,
    event_change: Callable[[str], None],
) -> None:
    """A labelled control of the browser's own."""


def Field(
    label: str,
    value: str,
    on_change: Callable[[str], None],
    *,
    kind: str = "text",
    options: Options = (),
    tip: str = "",
    least: Any = None,
    most: Any = None,
    step: Any = None,
    placeholder: str = "",
    disabled: bool = False,
) -> Any:
    """A labelled control; `tip` opens with a button beside the label and names the source.

    `kind` is select, set (several of `options`, parted by commas), number, text, date or paste.
    """
    ends = [None if end is None else str(end) for end in (least, most, step)]
    return _Field(
        label=label, kind=kind, value=value, options=list(options), tip=tip, least=ends[0],
        most=ends[1], step=ends[2], placeholder=placeholder, disabled=disabled,
        event_change=lambda text: on_change(str(text)),
    )


@solara.component_vue("vue/press.vue", vuetify=False)
def _Press(
    label: str, primary: bool, disabled: bool, chosen: bool, event_press: Callable[[Any], None]
) -> None:
    """A button."""


def Press(
    label: str, on_press: Callable[[], Any], *, primary: bool = False, disabled: bool = False,
    chosen: bool = False,
) -> Any:
    """A button of the browser's own; `chosen` if it is the one of several that is shown."""
    return _Press(
        label=label, primary=primary, disabled=disabled, chosen=chosen,
        event_press=lambda _: on_press(),
    )


@solara.component_vue("vue/progress.vue", vuetify=False)
def Progress(
    text: str, part: float, running: bool, event_cancel: Callable[[Any], None]
) -> None:
    """How far runs are, in words and as a bar, with a button that cancels them."""


@solara.component_vue("vue/intervals.vue", vuetify=False)
def Intervals(
    table: dict[str, Any], sides: Sequence[str], links: Sequence[Mapping[str, str]] = ()
) -> None:
    """A table of A, B and their difference, each row with its interval drawn."""


@solara.component_vue("vue/explorer.vue", vuetify=False)
def Explorer(
    by_area: dict[str, Any],
    monthly: dict[str, Any],
    sides: Sequence[str],
    dates: Sequence[Mapping[str, str]],
    chosen: Mapping[str, str],
    files: str,
    days: Mapping[str, Any] | None,
    day_offer: Mapping[str, Any],
    event_choose_view: Callable[[dict[str, str]], None],
    event_want_days: Callable[[Any], None],
) -> None:
    """Maps of A, B and the difference, the figures of an area, and monthly lines, linked.

    `days` is what `days.day_view` gives, once ``want_days`` has asked for it; `day_offer` says
    whether there is such a thing, or why not.
    """


@solara.component_vue("vue/table.vue", vuetify=False)
def Table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str = "",
    links: Sequence[Mapping[str, str]] = (),
) -> None:
    """A table of text that can be filtered and sorted in the browser."""


@solara.component_vue("vue/copy.vue", vuetify=False)
def CopyText(label: str, text: str) -> None:
    """Text to take away, with a button that copies it."""


def Element(tag: str, *children: Any, classes: str = "", **attributes: Any) -> Any:
    """An element of HTML with text or other elements in it."""
    return rv.Html(
        tag=tag, class_=classes, attributes=attributes,
        children=[child for child in children if child is not None],
    )


def Alert(lines: Sequence[str], *, head: str = "") -> Any:
    """What is wrong, told at once to readers of screens, too."""
    items = [Element("li", line) for line in lines]
    parts = [Element("b", head)] if head else []
    return Element("div", *parts, Element("ul", *items), classes="co-alert", role="alert")
