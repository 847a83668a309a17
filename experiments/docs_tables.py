"""Tables in docs/ that are made from the code: ``python -m experiments.docs_tables`` renews them.

A page marks where a table stands by a pair of comments, ``<!-- table: NAME -->`` and
``<!-- end -->``; what is between them is replaced, the rest of the page is written by hand.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from model.faults import BadInput, unknown
from model.law import build_law, environment_names
from model.posture import load_posture, posture_names
from model.registry import PARAMETER_FOLDER, load_parameters
from model.schema import CONVICTIONS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
INDEX = "README.md"
_BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_SENTENCE = re.compile(r"(.+?\.)(?:\s|$)")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def parameters() -> str:
    """Every parameter of the registry, a table a file."""
    registry = load_parameters()
    number = Counter(registry.entry(name).status for name in registry)
    counted = ", ".join(f"{count} {status}" for status, count in number.most_common())
    parts = [f"{len(registry)} parameters: {counted}.\n"]
    for path in sorted(PARAMETER_FOLDER.glob("*.toml")):
        rows = []
        for name in tomllib.loads(path.read_text(encoding="utf-8")):
            one = registry.entry(name)
            source = ", ".join(f"`{each.strip()}`" for each in one.source.split(","))
            source = source.replace("`assumption`", "assumption")
            scale = f"{one.low:g} to {one.high:g}"
            rows.append(
                (f"`{name}`", f"{one.default:g}", one.unit, scale, one.distribution, one.status)
                + (source, one.meaning)
            )
        head = ("name", "default", "unit", "range", "prior", "status", "source", "meaning")
        parts.append(f"\n### `{path.name}`\n\n{table(head, rows)}")
    return "".join(parts)


def postures() -> str:
    """The settings of every federal posture, a column a posture."""
    loaded = [load_posture(name) for name in posture_names()]
    rows: list[list[str]] = []
    for code, conviction in enumerate(CONVICTIONS):
        rows.append(
            [f"`lodge`, {conviction.replace('_', ' ')}", *(f"{p.lodge[code]:g}" for p in loaded)]
        )
    for code, conviction in enumerate(CONVICTIONS):
        rows.append(
            [f"`target_weight`, {conviction.replace('_', ' ')}"]
            + [f"{p.target_weight[code]:g}" for p in loaded]
        )
    for name in ("at_large_percent", "raids_per_year", "joint_operations_per_year"):
        rows.append([f"`{name}`", *(f"{getattr(p, name):g}" for p in loaded)])
    for name in ("fingerprint_match", "courthouse"):
        rows.append([f"`{name}`", *("yes" if getattr(p, name) else "no" for p in loaded)])
    rows.append(["source", *(p.source for p in loaded)])
    return table(["setting", *(f"`{p.name}`" for p in loaded)], rows)


def openness() -> str:
    """Openness R of Chicago's regimes under every legal environment, at the defaults."""
    from experiments.settings import chicago_regimes

    rows = []
    for regime in chicago_regimes():
        laws = [build_law(regime, environment) for environment in environment_names()]
        rows.append([f"`{regime}`", *(f"{law.changes[0][1].openness:.3f}" for law in laws)])
    return table(["regime", *(f"`{name}`" for name in environment_names())], rows)


def modules(package: str) -> str:
    """Every module of a package, with the first sentence of its docstring."""
    rows = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT / package).with_suffix("").parts
        inner = parts[:-1] if parts[-1] == "__init__" else parts
        if inner:
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            rows.append((f"`{'.'.join(inner)}`", first_sentence(text)))
    rows.sort()
    return table(("module", "what it is"), rows)


def pages() -> str:
    """Every page of docs/, by its title."""
    lines = []
    for path in sorted(DOCS.glob("*.md")):
        if path.name != INDEX:
            title = path.read_text(encoding="utf-8").partition("\n")[0]
            lines.append(f"- [{title.lstrip('# ')}]({path.name})\n")
    return "".join(lines)


def findings() -> str:
    """The keys of a file of findings (`carveout validate`)."""
    from experiments.validation.row import Row

    rows = []
    for name, field in Row.model_fields.items():
        if name[-2:] in ("_a", "_b"):
            continue
        both = f", `{name}_a`, `{name}_b`" if f"{name}_a" in Row.model_fields else ""
        rows.append((f"`{name}`{both}", field.description or ""))
    return table(("key", "meaning"), rows)


def verdicts() -> str:
    """The rule by which a finding is judged, as its module states it."""
    from experiments.validation import verdict

    return (verdict.__doc__ or "").partition("\n\n")[2]


def cases() -> str:
    """The rule by which a finding is judged, case by case."""
    from experiments.validation.cases import case_rows

    head = ("study", "claim", "model's interval", "verdict", "reason")
    return table(head, case_rows())


def found(role: str) -> str:
    """The findings of a role, held against the whole city by the run that is kept."""
    from experiments.validation.found import found_by, found_counts, found_head, found_rows

    return f"{found_by()}. {found_counts(role)}\n\n{table(found_head(), found_rows(role))}"


def replicated() -> str:
    """All designs as they were run last."""
    from experiments.replication.found import HEAD, found_by, found_rows

    return f"{found_by()}.\n\n{table(HEAD, found_rows())}"


def designs() -> str:
    """The replication designs that come with the project."""
    from experiments.replication.design import design_names, load_design

    rows = []
    for name in design_names():
        one = load_design(name)
        kinds = ", ".join(dict.fromkeys(each.kind for each in one.estimators))
        study = ", ".join(f"`{each.strip()}`" for each in one.study.split(","))
        rows.append((f"`{name}`", one.question, study, kinds))
    return table(("design", "question", "after", "estimators"), rows)


def measures() -> str:
    """What a replication design can count."""
    from experiments.replication.measures import MEASURES

    return table(("count", "meaning"), [(f"`{key}`", one.meaning) for key, one in MEASURES.items()])


def fitted() -> str:
    """The committed posterior: parameters."""
    from experiments.calibration.posterior import load_posterior
    from experiments.calibration.report import parameter_rows

    head = ("parameter", "prior median (95%)", "posterior median (95%)", "contraction", "")
    return table(head, parameter_rows(load_posterior()))


def predictive() -> str:
    """The committed posterior: targets."""
    from experiments.calibration.posterior import load_posterior
    from experiments.calibration.report import target_rows

    head = ("target", "evidence", "unit", "published (95%, with discrepancy)", "fitted model (95%)")
    return table((*head, "p", "kind"), target_rows(load_posterior()))


def recovered() -> str:
    """The committed posterior: recovery."""
    from experiments.calibration.posterior import load_posterior
    from experiments.calibration.report import recovery_rows

    head = ("data", "hidden sets", "interval", "hidden values inside", "binomial error")
    return table(head, recovery_rows(load_posterior()))


def fit() -> str:
    """The committed posterior: what made it."""
    from experiments.calibration.posterior import load_posterior

    posterior = load_posterior()
    told, sampler = posterior.manifest, posterior.manifest["sampler"]
    waves = "; ".join(
        f"wave {number}: {wave['points']} points, then {wave['not_ruled_out']:.0%} of the prior "
        "not ruled out"
        for number, wave in enumerate(told["waves"], start=1)
    )
    return (
        f"`{told['command']}`, commit `{told['commit'][:10]}`; {waves}. Chain: R-hat "
        f"{sampler['r_hat']:.3f}, {sampler['effective']:,.0f} effective draws; importance sampling "
        f"({sampler['importance_effective']:,.0f} effective) gives means within "
        f"{sampler['largest_difference_of_means']:.3f} of a prior's whole probability.\n"
    )


def studies() -> str:
    """The studies that come with the project."""
    from experiments.study.file import load_study, ready_studies
    from experiments.study.plan import make_plan

    rows = []
    for name in ready_studies():
        stated, source = load_study(name)
        total = make_plan(stated, source).total(stated.run.replicates)
        rows.append((f"`{name}`", stated.question, f"{total:,}"))
    return table(("study", "question", "runs"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "designs": designs,
    "studies": studies,
    "measures": measures,
    "findings": findings,
    "verdicts": verdicts,
    "cases": cases,
    "replicated": replicated,
    "found": lambda: found("validation"),
    "found-calibration": lambda: found("calibration"),
    "parameters": parameters,
    "postures": postures,
    "openness": openness,
    "model": lambda: modules("model"),
    "experiments": lambda: modules("experiments"),
    "dashboards": lambda: modules("dashboards"),
    "pages": pages,
    "posterior": fitted,
    "predictive": predictive,
    "recovery": recovered,
    "fit": fit,
}


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, in one line."""
    line = " ".join(text.partition("\n\n")[0].split())
    found = _SENTENCE.match(line)
    return found[1] if found else line


def renewed(text: str) -> str:
    """A page with its tables made anew.

    Raises
    ------
    BadInput
        If a page asks for a table that there is not.
    """

    def fresh(block: re.Match[str]) -> str:
        if block[2] not in TABLES:
            raise BadInput(unknown("table", block[2], TABLES))
        return f"{block[1]}\n{TABLES[block[2]]()}\n{block[4]}"

    return _BLOCK.sub(fresh, text)


def stale() -> list[Path]:
    """Pages whose tables are not what the code says."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
    return [path for path, text in texts.items() if renewed(text) != text]


def renew() -> list[Path]:
    """Write the tables of every stale page anew; returns those pages."""
    changed = stale()
    for path in changed:
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
    return changed


if __name__ == "__main__":
    print("\n".join(f"renewed {path.name}" for path in renew()) or "all tables are fresh")
