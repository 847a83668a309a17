"""Who was born here, who came lawfully and who is undocumented, household by household.

Undocumented adults are placed where children already live more often than chance would have it:
placed apart, far too few households would mix statuses (`MIXED`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.households import AreaQuota, Households, household_rates
from model.quotas import AreaDice, Codes, Floats, Ints, arrivals, earliest, fill, part, split
from model.registry import Parameters
from model.schema import ETHNICITIES, STATUSES

US_BORN, NATURALIZED, UNDOCUMENTED = STATUSES.codes("us_born", "naturalized", "undocumented")
LATINO = ETHNICITIES["latino"]


@dataclass(frozen=True)
class Statuses:
    """Legal status of the members of one area's households.

    Attributes
    ----------
    status : (n,) uint8
        Codes of `schema.STATUSES`.
    mixed : (h,) bool
        Whether the household has both undocumented and other members.
    """

    status: Codes
    mixed: np.ndarray


def place_statuses(
    homes: Households, quota: AreaQuota, draw: AreaDice, p: Parameters
) -> Statuses:
    """Legal statuses of one area that meet its quotas, correlated within households."""
    adults, children = _undocumented(homes, quota, draw, p)
    lawful_adults, lawful_children = _lawful(homes, adults, children, quota, draw, p)

    # Adults are turned by a keyed step within the household, so that the householder is any of
    # them: statuses are dealt from the first place on, undocumented, lawful, born here.
    turn = (draw.each("householder", len(homes.sizes)) * homes.adults).astype(np.int64)
    of, place = homes.of, homes.place
    is_child = place >= homes.adults[of]
    place = np.where(is_child, place - homes.adults[of], (place + turn[of]) % homes.adults[of])
    undocumented = place < np.where(is_child, children[of], adults[of])
    lawful = place < np.where(
        is_child, (children + lawful_children)[of], (adults + lawful_adults)[of]
    )
    status = np.where(undocumented, UNDOCUMENTED, US_BORN).astype(np.uint8)
    _divide_lawful(status, np.flatnonzero(lawful & ~undocumented), homes, quota, draw, p)
    members = adults + children
    return Statuses(status, (members > 0) & (members < homes.sizes))


def _undocumented(
    homes: Households, quota: AreaQuota, draw: AreaDice, p: Parameters
) -> tuple[Ints, Ints]:
    """Undocumented adults and children (h,) of each household."""
    households = len(homes.sizes)
    has_children = homes.children > 0
    rolled = draw.one("undocumented children quota")
    under_age = part(quota.undocumented, p.undocumented_child_share, rolled)
    under_age = min(under_age, quota.children)
    weights = household_rates(_weights(p, "undocumented"), homes) * np.where(
        has_children,
        p.undocumented_with_children_weight,
        np.where(homes.sizes == 1, p.undocumented_alone_weight, 1.0),
    )
    times = arrivals(draw.each("undocumented household", households), weights)
    # Only some of the childless households may be undocumented throughout.
    throughout = draw.each("undocumented throughout", households) < p.undocumented_only_share
    limit = np.where(has_children | throughout, homes.adults, np.maximum(homes.adults - 1, 1))
    wanted = _with_others(homes.adults, p.undocumented_housemate_share, draw, "undocumented adults")
    adults = fill(times, np.minimum(wanted, limit), homes.adults, quota.undocumented - under_age)

    elder = homes.children - (
        draw.each("undocumented eldest", households) >= p.undocumented_eldest_share
    )
    # Children beside undocumented adults first; others only where those do not suffice.
    beside = np.where(adults > 0, homes.children, 0)
    order = arrivals(draw.each("undocumented child", households), np.where(adults > 0, 1.0, 1e-9))
    children = fill(
        order,
        np.minimum(np.maximum(elder, 0), beside),
        homes.children,
        quota.undocumented - int(adults.sum()),
    )
    return adults, children


def _lawful(
    homes: Households,
    undocumented: Ints,
    undocumented_children: Ints,
    quota: AreaQuota,
    draw: AreaDice,
    p: Parameters,
) -> tuple[Ints, Ints]:
    """Naturalized and lawfully present adults and children (h,) of each household."""
    households = len(homes.sizes)
    total = quota.naturalized + quota.lawful
    under_age = part(total, p.immigrant_child_share, draw.one("immigrant children quota"))
    spare = homes.adults - undocumented
    weights = household_rates(_weights(p, "immigrant"), homes) * np.where(
        undocumented > 0, p.immigrant_beside_undocumented_weight, 1.0
    )
    times = arrivals(draw.each("immigrant household", households), weights)
    wanted = _with_others(spare, p.immigrant_housemate_share, draw, "immigrant adults")
    adults = fill(times, wanted, spare, total - under_age)
    spare_children = homes.children - undocumented_children
    # A child born abroad lives with adults born abroad, and rarely beside undocumented siblings.
    order = arrivals(
        draw.each("immigrant child", households),
        np.where(adults > 0, np.where(undocumented > 0, 0.1, 1.0), 1e-9),
    )
    return adults, fill(order, spare_children, spare_children, total - int(adults.sum()))


def _with_others(adults: Ints, share: float, draw: AreaDice, decision: str) -> Ints:
    """One adult, and `share` of the others rounded by a keyed draw: (h,)."""
    shift = draw.each(decision, len(adults))
    return 1 + np.floor(np.maximum(adults - 1, 0) * share + shift).astype(np.int64)


def _divide_lawful(
    status: Codes,
    who: Ints,
    homes: Households,
    quota: AreaQuota,
    draw: AreaDice,
    p: Parameters,
) -> None:
    """Give `who` visas, protection, permanent residence or citizenship, in `status` itself."""
    shares = (
        p.visa_holder_share,
        p.protected_share,
        max(1 - p.visa_holder_share - p.protected_share, 0.0),
    )
    visa, protected, permanent = split(quota.lawful, shares, draw.one("lawful quota"))
    status[who] = NATURALIZED
    for name, count, latino_weight in (
        ("visa_holder", visa, p.visa_holder_latino_weight),
        ("protected", protected, p.protected_latino_weight),
        ("permanent_resident", permanent, 1.0),
    ):
        weights: Floats = np.where(homes.ethnicity[who] == LATINO, latino_weight, 1.0)
        times = arrivals(draw.of(f"status {name}", who), weights)
        chosen = earliest(times, int(count))
        status[who[chosen]] = STATUSES[name]
        who = np.delete(who, chosen)


def _weights(p: Parameters, group: str) -> dict[str, float]:
    """The registry's weights of one group by ethnicity; Latino is the reference."""
    named = (name for name in ETHNICITIES if name != "latino")
    return {"latino": 1.0} | {name: p[f"{group}_weight_{name}"] for name in named}
