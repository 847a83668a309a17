"""Mesa agents: faces on rows of columns, and the institutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

REPORTERS = {}


def make_institutions(model: PolicyModel) -> None:
    """Register them."""
