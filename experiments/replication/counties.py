"""Synthetic counties: sampled jointly, and written as a city's folder whose areas they are.

All counties are areas of one simulated place, without borders: nobody in one knows anybody in
another, and only the field office's capacity is common. A run of 160 counties then costs about as
much as one city of their size.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from model.city import City, load_city
from model.city_tables import RECORDED_TYPES, TABLES
from model.priors import Prior, parse

FILE = Path(__file__).parent / "counties.toml"
ATTRIBUTES = ("size", "immigrants", "settlement", "crime", "cooperation")
PERSONS_A_HOUSEHOLD = 2.5
#: Police contacts are kept at Chicago's level of about 2012, when most such studies begin.
POLICING_YEAR = 2012


@cache
def margins() -> Mapping[str, Any]:
    """The file of margins, correlations and shares."""
    return tomllib.loads(FILE.read_text("utf-8"))


def sample_counties(count: int, seed: int) -> pd.DataFrame:
    """Attributes of `count` counties, and the rank of each within its attribute (``rank_...``).

    A Gaussian copula: normal scores with the correlations of the file, through each margin's
    quantiles.
    """
    stated = margins()
    correlation = pd.DataFrame(np.eye(len(ATTRIBUTES)), ATTRIBUTES, ATTRIBUTES)
    for pair, value in stated["correlations"].items():
        a, b = pair.split()
        correlation.loc[a, b] = correlation.loc[b, a] = value
    dice = np.random.default_rng([seed, 1])
    scores = dice.multivariate_normal(np.zeros(len(ATTRIBUTES)), correlation, count)
    ranks = pd.DataFrame(norm.cdf(scores), columns=list(ATTRIBUTES))
    table = pd.DataFrame({"county": np.arange(1, count + 1)})
    for name, entry in stated["margins"].items():
        form, numbers = parse(entry["prior"])
        table[name] = Prior(form, numbers, entry["low"], entry["high"]).ppf(ranks[name])
        table[f"rank_{name}"] = ranks[name]
    return table


def areas_as_places(city: City) -> pd.DataFrame:
    """Attributes of a real city's areas, as far as its tables have them."""
    size = city.population / city.population.mean()
    crime = city.recorded["all"] / city.population
    table = pd.DataFrame({
        "county": city.numbers, "size": size, "immigrants": city.foreign_born_share,
        "settlement": 0.5, "crime": crime / crime.mean(), "cooperation": 0.5,
    })
    for name in ATTRIBUTES:
        table[f"rank_{name}"] = table[name].rank(pct=True)
    return table


def write_counties(folder: Path, counties: pd.DataFrame, residents: float) -> Path:
    """Write `counties` as a city's folder, with `residents` in the median county."""
    shares, n = margins()["shares"], len(counties)
    population = np.maximum(np.round(counties["size"] * residents), 200).astype(int)
    settled, born_abroad = counties["settlement"], counties["immigrants"]

    def between(name: str) -> pd.Series:
        return shares[f"{name}_new"] + (shares[f"{name}_settled"] - shares[f"{name}_new"]) * settled

    latino = np.minimum(shares["latino_per_immigrant"] * born_abroad + 0.02, 0.85)
    rest = 1 - latino
    areas = pd.DataFrame({
        "area": counties["county"], "name": [f"County {one}" for one in counties["county"]],
        "population": population,
        "households": np.round(population / PERSONS_A_HOUSEHOLD).astype(int),
        "latino_share": latino, "black_share": 0.15 * rest, "white_share": 0.76 * rest,
        "asian_share": 0.06 * rest, "foreign_born_share": born_abroad,
        "noncitizen_share": born_abroad * between("noncitizen"),
        "undocumented_share": born_abroad * between("undocumented"),
        "spanish_at_home_share": 0.7 * latino, "limited_english_share": 0.45 * born_abroad,
        "under18_share": 0.23, "median_income": 60_000.0,
        "latitude": 41.0, "longitude": -88.0 + np.arange(n) / 100, "district": counties["county"],
    })
    like = load_city("chicago")
    everybody = float(like.population.sum())
    local = counties["crime"] * population
    recorded = pd.DataFrame({"area": counties["county"]} | {
        kind: local * (like.recorded[kind].sum() / everybody) for kind in RECORDED_TYPES
    })
    part = float(population.sum()) / everybody
    policing = pd.DataFrame([
        (series, POLICING_YEAR, max(1.0, getattr(like.policing, series)(POLICING_YEAR) * part),
         "", "", "no", "Chicago's, by population", "")
        for series in ("arrests", "stops", "officers")
    ], columns=[column.name for column in TABLES["policing"]])
    width = int(np.ceil(np.sqrt(n)))
    tiles = pd.DataFrame({"area": counties["county"], "column": 2 * (np.arange(n) % width),
                          "row": 2 * (np.arange(n) // width)})
    borders = pd.DataFrame(columns=["area_a", "area_b"])
    tables = {"areas": areas.round(6), "recorded_crime": recorded.round(4), "policing": policing,
              "adjacency": borders, "tiles": tiles}
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "city.toml").write_text(_words(), "utf-8")
    return folder


def _words() -> str:
    """The ``city.toml`` of invented counties."""
    lines = ['name = "counties"', 'title = "Synthetic counties (invented)"',
             'note = "Every figure is drawn at random: no finding may rest on a county."']
    for name in ("areas", "recorded_crime", "adjacency"):
        columns = [one.name for one in TABLES[name] if one.name not in ("area", "name", "area_b")]
        lines += ["[[source]]", f'table = "{name}"', f"columns = {columns!r}".replace("'", '"'),
                  'unit = "as in other cities"', 'period = "none"', 'status = "invented"',
                  'source = "counties.toml"', *(["days = 365"] * (name == "recorded_crime"))]
    return "\n".join(lines) + "\n"
