"""What the law does to hand-overs and to leads from police records."""

import numpy as np
import pytest

from model import custody, ice, policing
from model.dice import Dice
from model.ice import CITY_RECORDS, OTHER_AGENCIES
from model.ledger import DETAINER_OUTCOMES, PLACES
from model.schema import CARVE_OUTS
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
PENDING = 1 << CARVE_OUTS["felony_pending"]
LOCK_UP, PRISON = PLACES.index("lock_up"), PLACES.index("prison")
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


def test_no_contact_hands_nobody_over_from_the_lock_up_without_a_judge():
    counts = {}
    for regime in ("no-contact", "full-cooperation"):
        setting = lively(
            regime=regime, posture="2025-surge", parameters={"judicial_warrant_share": 0.0}
        )
        counts[regime] = len(honoured(history(setting), LOCK_UP))
    assert counts["no-contact"] == 0
    assert counts["full-cooperation"] > 10


def test_no_contact_where_the_county_declines_leaves_prisons_and_judges():
    for share, least in ((0.0, 0), (0.2, 1)):
        setting = lively(
            regime="no-contact",
            posture="2025-surge",
            environment="E1",
            parameters={"judicial_warrant_share": share},
        )
        handed_over = honoured(history(setting))
        assert len(handed_over[handed_over[:, 2] != PRISON]) >= least
        assert least or not (handed_over[:, 2] != PRISON).any()


@pytest.mark.parametrize("regime", ["no-contact", "welcoming-2021"])
def test_a_forbidden_hand_over_from_the_lock_up_needs_a_judge_or_a_defiant_officer(regime):
    setting = lively(
        regime=regime,
        posture="2025-surge",
        scale=0.02,
        parameters={"exposure": 40.0, "hand_over_percent": 1.0, "judicial_warrant_share": 0.1},
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
    assert by["judge"] > 0
    # Where there is no contact at all, there is none to defy.
    assert (by["defiant"] > 0) == (regime == "welcoming-2021")


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
    assert len(lodged[0]) > 20
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


@pytest.fixture(scope="module")
def databases(tmp_path_factory):
    """The text of 2012 with its databases open to fewer and fewer agencies."""
    text, folder, paths = regime_text("welcoming-2012"), tmp_path_factory.mktemp("laws"), []
    assert OPEN in text
    for level, closed in enumerate(((), ("ice",), ("ice", "dhs"), ("ice", "dhs", "federal"))):
        value = OPEN
        for agency in closed:
            value = value.replace(f'{agency} = "open"', f'{agency} = "closed"')
        path = folder / f"level-{level}.toml"
        path.write_text(text.replace(OPEN, value), encoding="utf-8")
        paths.append(str(path))
    return paths


def leads_of(regime, **parameters):
    """(day, person) of every lead that comes in, by origin, while nobody is taken."""
    model = model_of(lively(regime=regime, parameters=UNMOVED | parameters))
    found = {CITY_RECORDS: set(), OTHER_AGENCIES: set(), ice.OTHER: set(), ice.LOST: set()}
    add = model.leads.add

    def watched(person, origin, day):
        for who, source in zip(person.tolist(), origin.tolist(), strict=True):
            found[source].add((day, who))
        add(person, origin, day)

    with pytest.MonkeyPatch.context() as patch:
        for room in (custody, ice):
            patch.setattr(room, "transfer", lambda model, who: None)
        patch.setattr(model.leads, "add", watched)
        model.run()
    return found


@pytest.fixture(scope="module")
def leads(databases):
    return [leads_of(path) for path in databases]


def test_opening_a_database_adds_leads_from_it_and_takes_none_away(leads):
    found = [one[CITY_RECORDS] for one in leads]
    for opener, closer in zip(found, found[1:], strict=False):
        assert closer < opener
    assert len(found[0]) > len(found[1]) + 20


def test_what_a_closed_database_loses_is_found_elsewhere_in_part(leads, databases):
    found = [one[CITY_RECORDS] | one[OTHER_AGENCIES] for one in leads]
    for opener, closer in zip(found, found[1:], strict=False):
        assert closer < opener
    none = leads_of(databases[-1], substitution=0.0)
    assert none[CITY_RECORDS] | none[OTHER_AGENCIES] < found[-1]


def test_a_database_moves_no_lead_of_ices_own(leads):
    assert len(leads[0][ice.OTHER]) > 20
    assert all(one[ice.OTHER] == leads[0][ice.OTHER] for one in leads)


def test_opening_a_database_never_lowers_encounters_from_it(databases):
    counts = []
    for path in databases:
        met = 0
        for seed in range(2):
            leaky = {"record_lead": 0.2}
            run = history(
                lively(regime=path, seed=seed, posture="2025-surge", parameters=leaky)
            )
            met += int((events(run, "encounter")[:, 2] == CITY_RECORDS).sum())
        counts.append(met)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] + 20, counts


def test_a_closed_database_leaves_only_what_police_tell(databases, monkeypatch):
    told = set()
    asked = policing.questions

    def watched(model, *given):
        shared = asked(model, *given)
        told.update((model.today.day, who) for who in shared.tolist())
        return shared

    monkeypatch.setattr(policing, "questions", watched)
    setting = lively(
        regime=databases[-1], posture="2025-surge", scale=0.02, parameters={"told_lead": 1.0}
    )
    met = events(play(setting), "encounter")
    met = met[met[:, 2] == CITY_RECORDS]
    assert len(met) > 0
    for day, who, *_ in rows(met):
        assert any(earlier < day and other == who for earlier, other in told)


def test_a_closed_database_and_no_contact_leave_no_lead_from_the_city():
    counts = {}
    for regime in ("no-contact", "full-cooperation"):
        setting = lively(regime=regime, posture="2025-surge", parameters={"told_lead": 1.0})
        counts[regime] = int((events(history(setting), "encounter")[:, 2] == CITY_RECORDS).sum())
    assert counts["no-contact"] == 0 < 10 < counts["full-cooperation"]


JOINT_OR_NOT = (*CHAIN, "dhs-ban")


def test_joint_operations_happen_only_where_the_law_allows_them():
    by_regime = {
        regime: int(
            (events(history(lively(regime=regime, posture="2025-surge")), "encounter")[:, 2]
             == ice.JOINT).sum()
        )
        for regime in JOINT_OR_NOT
    }
    assert by_regime["no-contact"] == by_regime["welcoming-2021"] == by_regime["dhs-ban"] == 0
    assert by_regime["full-cooperation"] > 0 < by_regime["welcoming-2012"]


def test_a_lock_up_hands_over_few_of_those_whom_it_may_hold(nobody_leaves):
    handed_over, lodged = np.zeros((2, len(PLACES)))
    for seed in range(3):
        run = play(
            lively(
                regime="full-cooperation",
                posture="2011-secure-communities",
                seed=seed,
                parameters=UNMOVED | {"hand_over_lock_up": 0.05},
            )
        )
        handed_over += np.bincount(honoured(run)[:, 2], minlength=len(PLACES))
        table = events(run, "detainer")
        lodged += np.bincount(table[table[:, 3] == 0, 2], minlength=len(PLACES))
    assert lodged[LOCK_UP] > 40
    # A judge's warrant, which the lively rates make common, brings ICE in time.
    assert handed_over[LOCK_UP] < 0.3 * lodged[LOCK_UP]
    assert handed_over[PLACES.index("jail")] > 0.5 * lodged[PLACES.index("jail")]


def test_a_prison_that_may_only_tell_hands_over_more_often_than_a_lock_up(nobody_leaves):
    """Under the TRUST Act prisons went on telling ICE of releases, which are known long before."""
    setting = lively(
        regime="full-cooperation",
        environment="E2",
        posture="2025-surge",
        scale=0.02,
        parameters=UNMOVED | {"prison_share_felony": 0.5, "judicial_warrant_share": 0.0},
    )
    table = events(play(setting), "detainer")
    done = table[table[:, 3] != 0]
    share = [(done[done[:, 2] == place, 3] == HONOURED).mean() for place in (LOCK_UP, PRISON)]
    assert share[0] < 0.3 < 0.6 < share[1], share


def charged(share, **given):
    """Parameters under which that share of all arrests are charged as felonies."""
    return UNMOVED | {"felony_charge_share": share, "felony_charge_other": share} | given


def test_who_is_held_on_a_felony_charge_has_a_pending_case_while_held(nobody_leaves):
    for share in (0.0, 1.0):
        setting = lively(posture="2025-surge", parameters=charged(share))
        model = model_of(setting)
        ledger = model.run()
        handed = events(ledger, "encounter")
        handed = handed[np.isin(handed[:, 2], range(len(PLACES)))]
        for table in (events(ledger, "detainer"), handed):
            on_record = model.population.flags[table[:, 1]]
            assert len(table) > 10
            assert (table[:, 4] == on_record | (PENDING if share else 0)).all()


def test_a_felony_charge_opens_the_carve_out_for_pending_cases_and_nothing_else(nobody_leaves):
    handed_over = {
        (regime, share): {
            tuple(row[:3]) for row in honoured(history(lively(
                regime=regime, environment="E0", posture="2025-surge",
                parameters=charged(share, hand_over_lock_up=1.0),
            )))
        }
        for regime in ("welcoming-2012", "welcoming-2021")
        for share in (0.0, 1.0)
    }
    assert handed_over["welcoming-2012", 0.0] < handed_over["welcoming-2012", 1.0]
    assert handed_over["welcoming-2021", 0.0] == handed_over["welcoming-2021", 1.0]


def test_a_closed_database_prevents_the_arrests_that_nothing_else_makes_up_for(databases):
    """Of the arrests that police records bring, a share `substitution` happens all the same;
    teams do not turn to others instead."""
    at_large = [CITY_RECORDS, OTHER_AGENCIES, ice.OTHER]
    arrests = {}
    for substitution in (0.0, 0.5, 1.0):
        for path in (databases[0], databases[-1]):
            setting = lively(
                regime=path,
                posture="2025-surge",
                scale=0.02,
                parameters=UNMOVED | {"record_lead": 0.2, "substitution": substitution},
            )
            met = events(history(setting), "encounter")
            arrests[substitution, path] = np.isin(met[:, 2], at_large).sum()
    opened = arrests[0.0, databases[0]]
    prevented = {
        share: opened - arrests[share, databases[-1]] for share in (0.0, 0.5, 1.0)
    }
    assert prevented[0.0] > 60
    assert abs(prevented[0.5] / prevented[0.0] - 0.5) < 0.2, prevented
    assert abs(prevented[1.0]) < 0.1 * prevented[0.0], prevented
