"""Law as data: what other modules need of it, in one place.

A regime is a file (`model.layer`), not an ``if``: its clauses become cells of actor by action
(`model.cells`), layers are stacked with the strictest binding (`model.stack`), by date
(`model.law`), and told in plain words (`model.plain_words`). Institutions ask a `Stack` a few
questions and know nothing else of the law.
"""

from model.layer import Layer, layer_schema
from model.layer_files import law_names, load_law, load_layer, load_regime, regime_names
from model.plain_words import describe, difference
from model.schema import class_names
from model.stack import Citation, Permission, Stack

__all__ = [
    "Citation",
    "Layer",
    "Permission",
    "Stack",
    "class_names",
    "describe",
    "difference",
    "law_names",
    "layer_schema",
    "load_law",
    "load_layer",
    "load_regime",
    "regime_names",
]
