"""One layer of the law, as its TOML file states it.

A layer names the institutions that it binds. A city's layer states every clause of the vocabulary
below; a state's or county's may instead state cells of actor by action (`StatedCell`). What the
clauses mean for each cell is in `model.cells`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from model.schema import CARVE_OUTS, Categories

TIERS = Categories("tier of government", ("federal", "state", "county", "city"))
ACTORS = Categories(
    "institution", ("lock_up", "patrol", "records", "jail", "prison", "city_agencies")
)
ACTIONS = Categories(
    "action", ("hold", "notify", "access", "transfer", "share", "ask", "join")
)
RECIPIENTS = Categories("recipient", ("ice", "dhs", "federal"))
#: Levels of a permission, in order of strictness.
LEVELS = Categories(
    "level of strictness", ("allowed", "carve_outs", "judicial_warrant", "prohibited")
)

Tier = Literal["federal", "state", "county", "city"]
Actor = Literal["lock_up", "patrol", "records", "jail", "prison", "city_agencies"]
Action = Literal["hold", "notify", "access", "transfer", "share", "ask", "join"]
Recipient = Literal["ice", "dhs", "federal"]
Level = Literal["allowed", "carve_outs", "judicial_warrant", "prohibited"]
CarveOut = Literal[
    "criminal_warrant",
    "felony_conviction",
    "felony_pending",
    "gang_database",
    "drug_offence",
    "prostitution_offence",
    "child_sex_offence",
]
#: How well the statement was checked against the text; a "hypothetical" has no text to check.
Checked = Literal["yes", "partly", "memory", "hypothetical"]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]

_CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True)


class Cited(BaseModel):
    """A statement of law with the text that it comes from."""

    model_config = _CONFIG

    text: Words = Field(description="the text it comes from, such as MCC 2-173-042(b)")
    says: Words = Field(description="what that text says, in other words")
    checked: Checked = Field(description="yes, partly, memory or hypothetical")


class DatabaseAccess(BaseModel):
    """Whether police databases are open to each kind of federal agency."""

    model_config = _CONFIG

    ice: Literal["open", "closed"] = Field(description="open or closed")
    dhs: Literal["open", "closed"] = Field(description="open or closed")
    federal: Literal["open", "closed"] = Field(description="open or closed")


class DetainersClause(Cited):
    """When the police hold a person, or hand one over, at the request of ICE."""

    value: Literal["honour all", "carve-out classes only", "judicial warrant only"]


class CarveOutsClause(Cited):
    """Classes of person to whom the limits do not apply."""

    value: tuple[CarveOut, ...]


class DatabaseAccessClause(Cited):
    """Who may read police databases."""

    value: DatabaseAccess


class StatusInquiryClause(Cited):
    """Whether immigration status may be asked for."""

    value: Literal["allowed", "prohibited"]


class InformationSharingClause(Cited):
    """What is told of a person: status, custody, release, access for an interview."""

    value: Literal["unrestricted", "carve-out classes only", "lawful order only"]


class JointOperationsClause(Cited):
    """Whether police may join ICE in the field."""

    value: Literal["allowed", "prohibited"]


class ConductClause(Cited):
    """Whether threats to reveal status, and verbal abuse over it, are prohibited."""

    value: Literal["prohibited", "not prohibited"]


class SurvivorSupportClause(Cited):
    """Whether police support survivors who report and seek immigration relief."""

    value: Literal["supported", "not supported"]


class AllAgenciesClause(Cited):
    """Whether the police alone are bound."""

    value: Literal["police only", "every city agency"]


class CodificationClause(Cited):
    """How binding the text is, and so how believed."""

    value: Literal["announced", "executive order", "ordinance"]


class StatedOnlyClause(Cited):
    """What stands in the text though nothing in the model moves with it."""

    value: tuple[Words, ...]


_TABLE = Field(description="a table with value, text, says, checked")


class Clauses(BaseModel):
    """The clauses of an ordinance: all are stated, but for carve-outs that no clause needs."""

    model_config = _CONFIG

    detainers: DetainersClause = _TABLE
    carve_outs: CarveOutsClause | None = None
    database_access: DatabaseAccessClause = _TABLE
    status_inquiry: StatusInquiryClause = _TABLE
    information_sharing: InformationSharingClause = _TABLE
    joint_operations: JointOperationsClause = _TABLE
    conduct: ConductClause = _TABLE
    survivor_support: SurvivorSupportClause = _TABLE
    all_agencies: AllAgenciesClause = _TABLE
    codification: CodificationClause = _TABLE
    stated_only: StatedOnlyClause | None = None


class StatedCell(Cited):
    """Cells stated directly: each actor by each action, and for records by recipient."""

    actors: tuple[Actor, ...] = Field(min_length=1, description=", ".join(ACTORS))
    actions: tuple[Action, ...] = Field(min_length=1, description=", ".join(ACTIONS))
    recipients: tuple[Recipient, ...] = Field((), description=", ".join(RECIPIENTS))
    level: Level = Field(description=", ".join(LEVELS))
    classes: tuple[CarveOut, ...] = ()


class Layer(BaseModel):
    """One layer of the law."""

    model_config = _CONFIG

    name: Slug = Field(description="a short name without spaces")
    title: Words = Field(description="what to call it in a table")
    summary: Words = Field(description="one or two sentences")
    level: Tier = Field(description=", ".join(TIERS))
    place: Slug | None = Field(
        default=None, description="the city it is of, as its folder is named"
    )
    in_force: dt.date | None = None
    binds: tuple[Actor, ...] = Field(description=", ".join(ACTORS))
    clauses: Clauses | None = None
    cells: tuple[StatedCell, ...] = ()

    def __str__(self) -> str:
        return self.name


def class_mask(classes: tuple[str, ...]) -> int:
    """Carve-out classes as the bits of a resident's ``flags``."""
    return sum(1 << CARVE_OUTS[name] for name in set(classes))


def layer_schema() -> dict[str, Any]:
    """The JSON Schema of a layer's file, for editors and TOML checkers."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Layer.model_json_schema(),
        "title": "A layer of the law: a regime, county policy or state act",
    }
