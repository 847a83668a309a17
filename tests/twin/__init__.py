"""The twin: the rules of the model a second time, in plain Mesa, written only to be read.

One `mesa.Agent` a resident and a police officer, leads and courses as plain objects, one draw at a
time. It shares with the engine the registry, the tables (city, population, the law as data, the
solved levels) and the dice, and nothing else. Both must give the same ledger, event for event:
whoever changes a rule changes it in both.
"""

from tests.twin.compare import differences
from tests.twin.model import Twin, simulate

__all__ = ["Twin", "differences", "simulate"]
