"""The model as Mesa users know it: `SolaraViz` on a small invented city, a day a step."""

from __future__ import annotations

import base64
import io
from typing import Any

import matplotlib as mpl
import numpy as np
import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from dashboards.components import Element, Field, Table
from dashboards.controls import option
from experiments.maps import draw_areas
from experiments.style import RC
from model.agents import IceTeam, Officer, Resident
from model.layer_files import names_in, regime_names
from model.policy_model import PolicyModel
from model.schema import STATUSES

CITY = "littletown"
#: Agents that are listed at a time.
SHOWN = 12
WORDS = ("status", "age", "sex", "ethnicity", "area_name", "conviction", "limited_english",
         "threat", "trust")
COUNTS = ("victimisations", "reported", "stops", "arrests", "encounters", "detainers_lodged")


class SmallCity(PolicyModel):
    """The policy model on the small city: Mesa's page makes it anew with `type(model)`."""

    def __init__(self, rng: int | None = None, **fields: Any) -> None:
        super().__init__(rng=rng, **{"city": CITY, **fields})


PARAMETERS = {
    "regime": {"type": "Select", "value": "welcoming-2012", "label": "Regime",
               "values": list(regime_names())},
    "posture": {"type": "Select", "value": "2025-surge", "label": "Federal posture",
                "values": list(names_in("postures"))},
    "environment": {"type": "Select", "value": "E0", "label": "Law above the city",
                    "values": ["E0", "E1", "E2", "E3"]},
    "days": Slider("Days", 365, 30, 730, 5),
}


@solara.component
def Today(model: PolicyModel) -> None:
    """The date, and the counts of the months so far."""
    update_counter.get()
    with Element("div", **{"aria-live": "polite"}):
        Element("h2", f"Day {int(model.steps)}: {model.today.date}")
        months = model.ledger.closed_months()
        rows = [[str(month["month"]), *(str(int(month[name])) for name in COUNTS)]
                for month in months]
        if rows:
            heads = ["month", *(name.replace("_", " ") for name in COUNTS)]
            Table(title="Months so far", columns=heads, rows=rows)
        else:
            Element("p", "Counts appear at the end of the first month.", classes="co-note")


@solara.component
def Threat(model: PolicyModel) -> None:
    """Mean perceived threat by area, drawn on the tile map."""
    update_counter.get()
    residents = model.agents_by_type[Resident]
    threat = np.asarray(residents.get("threat"), float)
    area = np.asarray(residents.codes("area"), int)
    city = model.population.city
    count = np.bincount(area, minlength=city.n_areas)
    means = np.bincount(area, threat, city.n_areas) / np.maximum(count, 1)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(4.6, 3.3))
        draw_areas(figure.subplots(), city, means, unit="mean perceived threat, index")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=100)
    told = ", ".join(f"{name} {mean:.2f}" for name, mean in zip(city.names, means, strict=True))
    Element("h2", "Perceived threat by area")
    Element("img", classes="co-figure", alt=f"Mean perceived threat by area: {told}.",
            src="data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode())


@solara.component
def Agents(model: PolicyModel) -> None:
    """Some residents, officers or ICE teams, each as Mesa's agent shows them."""
    update_counter.get()
    status, set_status = solara.use_state("undocumented")
    Element("h2", "Agents to look at")
    Field("Residents by legal status", status, set_status, kind="select",
          options=[option(name, name.replace("_", " ")) for name in STATUSES],
          tip="Synthetic persons of an invented city: none stands for anybody.")
    chosen = model.agents_by_type[Resident].select(status=status, at_most=SHOWN)
    rows = [[repr(one), *(_text(getattr(one, word)) for word in WORDS)] for one in chosen]
    Table(title=f"{len(rows)} of the residents", rows=rows,
          columns=["agent", *(word.replace("_", " ") for word in WORDS)])
    others = [[repr(one)] for kind in (Officer, IceTeam)
              for one in list(model.agents_by_type[kind])[:3]]
    others += [[repr(one)] for one in model.agents]
    Table(title="Officers, ICE teams and institutions", columns=["agent"], rows=others)


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value).replace("_", " ")


@solara.component
def Page() -> None:
    """Mesa's page."""
    model = solara.use_memo(SmallCity, [])
    with Element("div", classes="co-main co-mesa", id="main"):  # Solara's layout brings a main
        Element("h1", "The model, day by day")
        Element("p", "Mesa's own page (SolaraViz) on littletown, an invented city of 35,500 "
                "synthetic residents: step, play, look at agents. docs/mesa.md does the same in "
                "Python.", classes="co-lead")
        with solara.AppLayout(navigation=False, sidebar_open=True, toolbar_dark=False):
            SolaraViz(
                model, components=[(Today, 0), (Threat, 0), (Agents, 0)],
                model_params=PARAMETERS, name="Carveout in littletown", play_interval=200,
            )
