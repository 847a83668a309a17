"""One finding to hold the model against: what a row of a file says, and what is checked of it."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from experiments.replication.design import is_design
from model.faults import nearest

#: Published effects of which only the sign is known.
SIGNS = {"negative": -1.0, "positive": 1.0}
CONTRAST = "contrast"
#: Units of a published effect, and how the model's effect is formed from sides `a` and `b`.
UNITS = {
    "points": "difference",
    "percent": "percent",
    "ratio": "ratio",
    "odds ratio": "odds ratio",
    "log": "log",
    "log points": "log points",
    "elasticity": "elasticity",
    "own": "difference",
}
EFFECTS = ("level", *dict.fromkeys(UNITS.values()))
#: Effects that are in the unit of what is counted; the others have the unit of their name.
IN_UNITS = ("level", "difference")
PER = re.compile(r"per (\d{1,3}(?:[, ]?\d{3})*)(?:\s\D*)?")
NOTHING = {"ratio": 1.0, "odds ratio": 1.0}
ARM_FIELDS = ("regime", "environment", "posture", "timeline", "parameters")


#: Other spellings of a sign and of a unit.
SIGN_WORDS = {"-": "negative", "\N{MINUS SIGN}": "negative", "+": "positive"}
UNIT_WORDS = {
    "percentage points": "points", "percentage point": "points", "pp": "points", "%": "percent",
    "percent change": "percent", "log difference": "log", "odds_ratio": "odds ratio",
}


def _number(value: Any) -> Any:
    """A number, with any minus sign and without a percent sign; else as it was."""
    text = str(value).strip().replace("\N{MINUS SIGN}", "-").removesuffix("%")
    try:
        return float(text)
    except ValueError:
        return value


def _estimate(value: Any) -> Any:
    text = str(value).strip().lower()
    text = SIGN_WORDS.get(text, text)
    number = text if text in SIGNS else _number(value)
    if not (text in SIGNS or (isinstance(number, float) and math.isfinite(number))):
        raise ValueError("a number, negative or positive")
    return number


def _unit(value: Any) -> Any:
    text = str(value).strip().lower()
    text = UNIT_WORDS.get(text, text)
    if text not in UNITS and not PER.fullmatch(text):
        close = nearest(text, (*UNITS, "percentage points"))
        guess = f"; did you mean {close}?" if close else ""
        raise ValueError(f"{', '.join(UNITS)}, or per 10,000{guess}")
    return text


def _text(value: Any) -> Any:
    """TOML dates and numbers where a name or a period is wanted."""
    return value if value is None else str(value).strip()


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_number)]


class Row(BaseModel):
    """A finding: what was published, and which contrast of the model answers to it.

    The effect is of side ``b`` against side ``a``. A field without ending holds for both sides.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[Text, Field(min_length=1, max_length=80, description="a short name")]
    finding: Text = Field("", description="the finding in a few words")
    study: Text = Field("", description="authors and year, or an evidence id")
    design: Text = Field(
        CONTRAST, description="a replication design that answers it; or the study's own, in words"
    )
    estimator: Text = Field("", description="an estimator of the design; true for the true effect")
    role: Literal["validation", "calibration"] = Field(
        "validation", description="validation, or calibration: used to choose the model's numbers"
    )
    contrast: Text = Field("", description="A -> B, each regimes, environments, postures by name")
    city: Text = Field("chicago", description="a city's name or folder")
    regime: Text = Field("", description="an ordinance, by name or file")
    regime_a: Text = ""
    regime_b: Text = ""
    environment: Text = Field("", description="E0 to E3, or a file")
    environment_a: Text = ""
    environment_b: Text = ""
    posture: Text = Field("", description="the federal posture, by name or file")
    posture_a: Text = ""
    posture_b: Text = ""
    timeline: Text = Field("", description="dated layers instead of a regime")
    timeline_a: Text = ""
    timeline_b: Text = ""
    parameters: Text = Field("", description="NAME=VALUE, parted by commas")
    parameters_a: Text = ""
    parameters_b: Text = ""
    outcome: Text = Field("", description="an outcome ('carveout outcomes')")
    of: Text = Field("", description="of an elasticity: the outcome whose change moves the other")
    group: Text = Field("", description="as ethnicity=latino, crime=theft")
    group_a: Text = ""
    group_b: Text = ""
    minus_group: Text = Field("", description="a group whose effect is taken off")
    period: Text = Field("", description="months since the start as 1-12; 2022-01..2022-06; 2022")
    period_a: Text = ""
    period_b: Text = ""
    estimate: Annotated[float | str | None, BeforeValidator(_estimate)] = Field(
        None, description="published: a number, negative or positive"
    )
    low: Number | None = Field(None, description="lower end of the published 95% interval")
    high: Number | None = Field(None, description="upper end of it")
    unit: Annotated[str, BeforeValidator(_unit)] = Field(
        "own", description=f"{', '.join(UNITS)}, or per 10,000"
    )
    effect: Literal[EFFECTS] | None = Field(None, description=", ".join(EFFECTS))  # type: ignore[valid-type]
    discrepancy: Number = Field(
        0.0, ge=0, description="standard deviation between the study's place and time and the "
        "model's, in the row's unit"
    )
    start: Text = Field("", description="first day of the runs; 2022-01-01 or the first month")
    years: float | None = Field(None, gt=0, le=100, description="length of the runs")
    not_comparable: Text = Field("", description="why the model has no such quantity")
    built_in: Text = Field(
        "", description="the rule of the model that gives this sign whatever its parameters are"
    )
    note: Text = Field("", description="likely cause of a disagreement, or what to know")

    @model_validator(mode="before")
    @classmethod
    def _aliases(cls, values: Any) -> Any:
        """``published`` is another name of ``estimate``; nothing said is as good as no key."""
        if not isinstance(values, dict):
            return values
        given = {key: value for key, value in values.items() if str(value).strip() != ""}
        if "published" in given and "estimate" not in given:
            given["estimate"] = given.pop("published")
        if "unit" not in given and given.get("effect") in UNITS:
            given["unit"] = given["effect"]
        return given

    def side(self, which: str, name: str) -> str:
        """A field of side ``a`` or ``b``: its own, or the one that holds for both."""
        return getattr(self, f"{name}_{which}") or getattr(self, name)

    @property
    def replicated(self) -> bool:
        """Whether a replication design answers it, and no contrast."""
        return self.design != CONTRAST and (bool(self.estimator) or is_design(self.design))

    @property
    def contrasted(self) -> bool:
        """Whether the sides differ in anything."""
        names = (*ARM_FIELDS, "group", "period")
        return bool(self.contrast) or any(
            self.side("a", name) != self.side("b", name) for name in names
        )

    @property
    def measure(self) -> str:
        """How the effect is formed: one of `EFFECTS`."""
        if self.effect is not None:
            return self.effect
        if not self.contrasted and not self.replicated:
            return "level"
        return UNITS.get(self.unit, "difference")

    @property
    def nothing(self) -> float:
        """The value that says no effect: 1 for ratios, 0 else."""
        return NOTHING.get(self.measure, 0.0)

    @property
    def sign_only(self) -> bool:
        """Whether the study gives no more than a sign."""
        return isinstance(self.estimate, str)
