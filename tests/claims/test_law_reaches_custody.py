"""What the law does to hand-overs and to leads from police records."""

import numpy as np
import pytest

from model import custody, ice, policing
from model.dice import Dice
from model.ice import CITY_RECORDS, OTHER_AGENCIES
from model.ledger import DETAINER_OUTCOMES, PLACES
from model.ordinance import regime_names
from tests.claims.worlds import (
    UNMOVED,
    events,
    history,
    lively,
    model_of,
    play,
    regime_text,
    rows,
)

HONOURED = DETAINER_OUTCOMES.index("honoured")
LOCK_UP = PLACES.index("lock_up")
#: From the strictest to the most open, each permitting what the one before permits.
CHAIN = ("no-contact", "welcoming-2021", "welcoming-2012", "full-cooperation")
OPEN = 'value = { ice = "open", dhs = "open", federal = "open" }'


@pytest.fixture
def nobody_leaves(monkeypatch):
    """ICE meets people as ever, and takes nobody: all else stays the same in every regime."""
    for room in (custody, ice):
        monkeypatch.setattr(room, "transfer", lambda model, who: None)


def honoured(ledger, place=None):
    table = events(ledger, "detainer")
    chosen = table[:, 3] == HONOURED
    if place is not None:
        chosen &= table[:, 2] == place
    return table[chosen]


def test_no_contact_hands_nobody_over_from_a_lock_up_whose_officers_obey():
    def obedient(model):
        model.custodian_compliance = 1.0

    counts = {}
    for regime in ("no-contact", "full-cooperation"):
        setting = lively(
            regime=regime, posture="2025-surge", parameters={"judicial_warrant_share": 0.0}
        )
        counts[regime] = len(honoured(play(setting, change=obedient), LOCK_UP))
    assert counts["no-contact"] == 0
    assert counts["full-cooperation"] > 10


def test_under_no_contact_a_hand_over_from_the_lock_up_needs_a_judge_or_a_defiant_officer():
    setting = lively(
        regime="no-contact", posture="2025-surge", scale=0.02, parameters={"exposure": 40.0}
    )
    model = model_of(setting)
    dice, values = Dice(setting.seed), model.values
    by = {"judge": 0, "defiant": 0}
    for day, who, *_ in rows(honoured(model.run(), LOCK_UP)):
        by_judge = dice.roll("judicial-warrant", day, who) < values.judicial_warrant_share
        defiant = dice.roll("custodian-obeys", day, who) >= model.custodian_compliance
        assert by_judge or defiant
        by["judge"] += by_judge and not defiant
        by["defiant"] += defiant and not by_judge
    assert min(by.values()) > 0, by


@pytest.mark.parametrize("environment", ["E0", "E2"])
def test_a_stricter_law_never_hands_over_more_of_the_same_bookings(nobody_leaves, environment):
    runs = [
        play(
            lively(
                regime=regime,
                environment=environment,
                posture="2011-secure-communities",
                parameters=UNMOVED | {"hand_over_notified": 0.3},
            )
        )
        for regime in CHAIN
    ]
    lodged = [events(run, "detainer") for run in runs]
    lodged = [set(rows(table[table[:, 3] == 0])) for table in lodged]
    assert len(lodged[0]) > 30
    assert all(one == lodged[0] for one in lodged)
    chain = [set(rows(honoured(run))) for run in runs]
    sizes = [len(handed_over) for handed_over in chain]
    for stricter, wider in zip(chain, chain[1:], strict=False):
        assert stricter <= wider
    assert sizes[-1] > sizes[1] >= sizes[0], sizes


def test_the_county_declines_what_only_the_city_would_honour(nobody_leaves):
    by_place = {}
    for environment in ("E0", "E1"):
        run = play(
            lively(
                regime="full-cooperation",
                environment=environment,
                posture="2011-secure-communities",
                parameters=UNMOVED | {"judicial_warrant_share": 0.0},
            )
        )
        by_place[environment] = np.bincount(honoured(run)[:, 2], minlength=len(PLACES))
    jail = PLACES.index("jail")
    assert by_place["E0"][jail] > 0 == by_place["E1"][jail]
    assert by_place["E1"][LOCK_UP] > 0


@pytest.fixture
def databases(tmp_path):
    """The text of 2012 with its databases open to fewer and fewer agencies."""
    text, paths = regime_text("welcoming-2012"), []
    assert OPEN in text
    for level, closed in enumerate(((), ("ice",), ("ice", "dhs"), ("ice", "dhs", "federal"))):
        value = OPEN
        for agency in closed:
            value = value.replace(f'{agency} = "open"', f'{agency} = "closed"')
        path = tmp_path / f"level-{level}.toml"
        path.write_text(text.replace(OPEN, value), encoding="utf-8")
        paths.append(str(path))
    return paths


def leads_of(setting, origins, monkeypatch):
    """(day, person) of every lead of some origins that came in."""
    model, found = model_of(setting), set()
    add = model.leads.add

    def watched(person, origin, day):
        chosen = np.isin(origin, origins)
        found.update((day, who) for who in person[chosen].tolist())
        add(person, origin, day)

    monkeypatch.setattr(model.leads, "add", watched)
    return found, model.run()


def test_opening_a_database_adds_leads_from_it_and_takes_none_away(
    databases, nobody_leaves, monkeypatch
):
    found = [
        leads_of(lively(regime=path, parameters=UNMOVED), [CITY_RECORDS], monkeypatch)[0]
        for path in databases
    ]
    for opener, closer in zip(found, found[1:], strict=False):
        assert closer < opener
    assert len(found[0]) > len(found[1]) + 50


def test_what_a_closed_database_loses_is_found_elsewhere_in_part(
    databases, nobody_leaves, monkeypatch
):
    either = [CITY_RECORDS, OTHER_AGENCIES]
    found = [
        leads_of(lively(regime=path, parameters=UNMOVED), either, monkeypatch)[0]
        for path in databases
    ]
    for opener, closer in zip(found, found[1:], strict=False):
        assert closer < opener
    with_substitution = len(found[-1])
    none, _ = leads_of(
        lively(regime=databases[-1], parameters=UNMOVED | {"substitution": 0.0}),
        either,
        monkeypatch,
    )
    assert len(none) < with_substitution


def test_opening_a_database_never_lowers_encounters_from_it(databases):
    counts = []
    for path in databases:
        met = 0
        for seed in range(3):
            run = history(
                lively(regime=path, seed=seed, posture="2025-surge", parameters={"record_lead": 0.2})
            )
            met += int((events(run, "encounter")[:, 2] == CITY_RECORDS).sum())
        counts.append(met)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] + 20, counts


def test_a_closed_database_leaves_only_what_police_tell(monkeypatch):
    told = set()
    asked = policing.questions

    def watched(model, *given):
        recorded, shared = asked(model, *given)
        told.update((model.today.day, who) for who in shared.tolist())
        return recorded, shared

    for room in ("model.policing.questions", "model.offending.questions"):
        monkeypatch.setattr(room, watched)
    setting = lively(regime="no-contact", posture="2025-surge", scale=0.02, days=180)
    met = events(play(setting), "encounter")
    met = met[met[:, 2] == CITY_RECORDS]
    assert len(met) > 0
    for day, who, *_ in rows(met):
        assert any(earlier < day and other == who for earlier, other in told)


def test_a_closed_database_and_obedient_officers_leave_no_lead_from_the_city(monkeypatch):
    monkeypatch.setattr(
        policing, "officer_obeys", lambda model, area, code: np.ones(len(area), bool)
    )
    counts = {}
    for regime in ("no-contact", "full-cooperation"):
        setting = lively(regime=regime, posture="2025-surge")
        counts[regime] = int((events(play(setting), "encounter")[:, 2] == CITY_RECORDS).sum())
    assert counts["no-contact"] == 0 < 20 < counts["full-cooperation"]


def test_joint_operations_happen_only_where_the_law_allows_them():
    by_regime = {
        regime: int(
            (events(history(lively(regime=regime, posture="2025-surge")), "encounter")[:, 2]
             == ice.JOINT).sum()
        )
        for regime in regime_names()
    }
    prohibited = {name for name in regime_names() if by_regime[name] == 0}
    assert {"no-contact", "welcoming-2021", "ice-ban-2019", "dhs-ban"} <= prohibited
    assert by_regime["full-cooperation"] > 0 < by_regime["welcoming-2012"]
