"""Ordinances in plain words: what each clause means, and how two regimes differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from model.layer import Clauses, Layer, StatedCell

CLASS_WORDS = {
    "criminal_warrant": "an outstanding criminal warrant",
    "felony_conviction": "a felony conviction",
    "felony_pending": "a pending felony case",
    "gang_database": "a gang listing",
    "drug_offence": "a drug offence",
    "prostitution_offence": "a prostitution offence",
    "child_sex_offence": "a sexual offence against a child",
}
TITLES = {
    "detainers": "Detainers",
    "carve_outs": "Carve-out classes",
    "database_access": "Police databases",
    "status_inquiry": "Asking for status",
    "information_sharing": "Sharing information",
    "joint_operations": "Joint operations",
    "conduct": "Threats and abuse over status",
    "survivor_support": "Survivors who seek immigration relief",
    "all_agencies": "Who is bound",
    "codification": "Form",
    "stated_only": "Stated, without effect in the model",
}
WORDS = {
    "detainers": {
        "honour all": "honoured for everyone",
        "carve-out classes only": "honoured for {classes}",
        "judicial warrant only": "only on a judge's warrant",
    },
    "information_sharing": {
        "unrestricted": "unrestricted",
        "carve-out classes only": "only about {classes}",
        "lawful order only": "only on a lawful order",
    },
    "status_inquiry": {"allowed": "allowed", "prohibited": "prohibited"},
    "joint_operations": {"allowed": "allowed", "prohibited": "prohibited"},
    "conduct": {"prohibited": "prohibited", "not prohibited": "not mentioned"},
    "survivor_support": {
        "supported": "supported by police, with prompt certification",
        "not supported": "no duty of the police to support them",
    },
    "all_agencies": {
        "police only": "the police only",
        "every city agency": "every city agency",
    },
    "codification": {
        "announced": "announced, not written into law",
        "executive order": "an executive order",
        "ordinance": "an ordinance",
    },
}
RECIPIENT_WORDS = {"ice": "ICE", "dhs": "other DHS agencies", "federal": "other federal agencies"}
ACTOR_WORDS = {
    "lock_up": "police lock-up",
    "patrol": "patrol",
    "records": "police records",
    "jail": "county jail",
    "prison": "state prison",
    "city_agencies": "other city agencies",
}
ACTION_WORDS = {
    "hold": "hold on a detainer",
    "notify": "tell of a release",
    "access": "give access",
    "transfer": "hand over",
    "share": "share information",
    "ask": "ask for status",
    "join": "join operations",
}
LEVEL_WORDS = {
    "allowed": "allowed",
    "carve_outs": "allowed for {classes}",
    "judicial_warrant": "only on a judge's warrant",
    "prohibited": "prohibited",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven")


def _counted(classes: tuple[str, ...]) -> str:
    return f"{NUMBERS[len(classes)]} class{'' if len(classes) == 1 else 'es'}"


def _listed(words: list[str], joint: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def clause_value(clauses: Clauses, name: str, said: Callable[[str], str] = str) -> str:
    """The value of a clause in words; an empty string where it is not stated.

    `said` puts each phrase of this module's tables into another language.
    """
    clause = getattr(clauses, name)
    if clause is None:
        return ""
    if name == "carve_outs":
        classes = [said(CLASS_WORDS[each]) for each in clause.value]
        return _listed(classes, said("and")) if classes else ""
    if name == "database_access":
        sides: dict[str, list[str]] = {"open": [], "closed": []}
        for recipient, words in RECIPIENT_WORDS.items():
            sides[getattr(clause.value, recipient)].append(said(words))
        named = {side: _listed(who, said("and")) for side, who in sides.items() if who}
        return "; ".join(f"{said(f'{side} to')} {who}" for side, who in named.items())
    if name == "stated_only":
        return "; ".join(map(said, clause.value))
    carved = clauses.carve_outs
    counted = said(_counted(carved.value if carved else ()))
    return said(WORDS[name][clause.value]).format(classes=counted)


def describe(layer: Layer) -> list[str]:
    """What a layer does, a line a clause, each with its text and how well it was checked."""
    dated = f"in force from {layer.in_force.isoformat()}" if layer.in_force else "never in force"
    lines = [f"{layer.title} ({layer.level}, {dated})", layer.summary]
    if layer.clauses is not None:
        for name, title in TITLES.items():
            if words := clause_value(layer.clauses, name):
                clause = getattr(layer.clauses, name)
                lines.append(f"{title}: {words} [{clause.text}; checked: {clause.checked}]")
    lines += [
        f"{_cell_title(cell)}: {_cell_level(cell)} [{cell.text}; checked: {cell.checked}]"
        for cell in layer.cells
    ]
    return lines


def _cell_title(cell: StatedCell) -> str:
    who = _listed([ACTOR_WORDS[actor] for actor in cell.actors])
    what = _listed([ACTION_WORDS[action] for action in cell.actions])
    to = _listed([RECIPIENT_WORDS[each] for each in cell.recipients]) if cell.recipients else ""
    return f"{who[0].upper()}{who[1:]}: {what}{f' to {to}' if to else ''}"


def _cell_level(cell: StatedCell) -> str:
    return LEVEL_WORDS[cell.level].format(classes=_counted(cell.classes))


def difference(before: Layer, after: Layer) -> list[str]:
    """How two layers differ, a sentence a clause: ``Detainers: ... -> ...``."""
    return [*_clause_differences(before, after), *_cell_differences(before, after)]


def _clause_differences(before: Layer, after: Layer) -> Iterator[str]:
    for name, title in TITLES.items():
        old = clause_value(before.clauses, name) if before.clauses else ""
        new = clause_value(after.clauses, name) if after.clauses else ""
        if old != new:
            yield f"{title}: {old or 'none'} -> {new or 'none'}"


def _cell_differences(before: Layer, after: Layer) -> Iterator[str]:
    """Cells stated beside the clauses by one of the two layers only."""
    for cell in before.cells:
        if cell not in after.cells:
            yield f"{_cell_title(cell)}: {_cell_level(cell)} -> as the clauses say"
    for cell in after.cells:
        if cell not in before.cells:
            yield f"{_cell_title(cell)}: as the clauses say -> {_cell_level(cell)}"
