"""Findings from a file are computed, judged and told, each fault at its line."""

import json
import re

import pandas as pd
import pytest

from experiments.cli import main
from experiments.settings import DEFAULT_DRAWS
from experiments.validation.chart import forest
from experiments.validation.effects import Effect
from experiments.validation.found import TABLE
from experiments.validation.plan import contrasts_of
from experiments.validation.report import read_findings
from experiments.validation.row_files import BUILT_IN, read_rows
from experiments.validation.validate import validate
from experiments.validation.verdict import judge
from model.evidence import load_evidence
from model.faults import BadInput

HEAD = "id,contrast,outcome,group,period,unit,published,low,high"
GOOD = "a,no-contact -> full-cooperation,reporting,,1,points,-1,-2,0"


def by_id(made):
    return made.rows.set_index("id")


def test_a_finding_is_computed_without_touching_code(made):
    rows = by_id(made)
    assert rows.loc["chill", "model"] < -3
    assert rows.loc["chill", "verdict"] in ("agrees", "not comparable")
    assert rows.loc["chill", "model_low"] < rows.loc["chill", "model"] < rows.loc[
        "chill", "model_high"]


def test_where_nothing_can_move_the_model_shows_nothing_and_disagrees(made):
    row = by_id(made).loc["no-chill"]
    assert row["model"] == pytest.approx(0, abs=2)
    assert row["verdict"] == "disagrees"


def test_a_level_is_of_one_side_and_no_effect(made):
    row = by_id(made).loc["level"]
    assert row["effect"] == "level"
    assert 25 < row["model"] < 55
    assert row["verdict"] == "agrees"


def test_the_effect_on_one_group_less_that_on_another(made):
    row = by_id(made).loc["between-groups"]
    assert row["model"] < 0
    assert row["verdict"] in ("agrees", "disagrees")


def test_two_periods_of_one_run_can_be_the_sides(made):
    row = by_id(made).loc["years-apart"]
    assert row["effect"] == "ratio"
    assert 0.8 < row["model"] < 1.25


def test_environments_are_compared_under_one_level(made):
    """The survey finds more reporting where state law closes the channel, from the same levels."""
    assert by_id(made).loc["environment", "model"] > 0


def test_what_the_model_does_not_have_is_said_so(made):
    row = by_id(made).loc["nothing-like-it"]
    assert (row["verdict"], row["reason"]) == ("not comparable", "the model has no such thing")


def test_results_do_not_depend_on_what_else_is_asked(made, rows_file, tmp_path):
    text = rows_file.read_text()
    start = text.index('[[rows]]\nid = "level"')
    alone = tmp_path / "alone.toml"
    alone.write_text(text[start : text.index("[[rows]]", start + 1)])
    again = validate(alone, scale=1, replicates=3, seed=3, draws=0, processes=1, progress=False)
    assert by_id(again).loc["level", "model"] == by_id(made).loc["level", "model"]


def test_csv_and_toml_say_the_same(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text(f"{HEAD}\n{GOOD}\n")
    text = tmp_path / "rows.toml"
    text.write_text('[[rows]]\nid="a"\ncontrast="no-contact -> full-cooperation"\n'
                    'outcome="reporting"\nperiod=1\nunit="points"\npublished=-1\nlow=-2\nhigh=0\n')
    assert read_rows(table).rows == read_rows(text).rows


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,no-contact -> full-cooperation,reporting,,1,points,-1,2,3",
         "published: an interval of 2 to 3 excludes its estimate"),
        ("a,E0 -> E3,reporting,,1,percent,-130,,", "published: found -130 percent"),
        ("a,no-contact -> full-cooperaton,reporting,,1,points,-1,-2,0", "full-cooperation?"),
        ("a,no-contact -> full-cooperation,reprting,,1,points,-1,-2,0", "did you mean reporting?"),
        ("a,no-contact,reporting,,1,points,-1,-2,0", "two sides as A -> B"),
        ("a,E0 -> E3,reporting,ethnicity=latin,1,points,-1,-2,0", "did you mean latino?"),
        ("a,E0 -> E3,reporting,channel=jail,1,points,-1,-2,0", "status, ethnicity, crime"),
        ("a,E0 -> E3,reporting,,5-1,points,-1,-2,0", "the first before the last"),
        ("a,E0 -> E3,reporting,,1,yards,-1,-2,0", "points, percent"),
        ("a,E0 -> E3,victimisations,,1,points,-1,-2,0", "is no share"),
        ("a,E0 -> E3,reporting,,1,points,-1,-2,", "half an interval"),
        ("a,E0 -> E3,reporting,,1,points,many,,", "number, negative or positive"),
        ("a,E0 -> E3,reporting,,1,points,negative,-6,-4", "an interval beside 'negative'"),
        ("a,E0 -> E3,reporting,,1,ratio,0.9,-0.2,1.1", "found -0.2 for a ratio"),
        ("a,E0 -> E3,,,1,points,1,,", "an outcome"),
        ("a,E0 -> E3,reporting,,1,percentage ponts,1,,", "did you mean percentage points?"),
        ("a,E0 -> E3,reporting,,1,points,1,3,2", "found 3 above high"),
        ("a,E0 -> E3,reporting,area=Lower Westside,1,points,1,,", "did you mean Lower West Side?"),
        ("a,E0 -> E3,reporting_latino,area=31,1,points,1,,", "is not told by area"),
        ("a,E0 -> E3,encounters,status=us_born,1,own,1,,", "did you mean encounters_by_status?"),
        ("a,bta=1 -> beta=2,reporting,,1,points,1,,", "contrast: bta: unknown parameter"),
        ("a,E0 -> E0,reporting,,1,points,1,,", "both sides are alike"),
        ("a,E0 -> E3,encounters,,1,odds ratio,1,,", "is no share"),
        ("a,E0 -> E3,citizens_met,,1,\"per 10,000\",1,,", "is no rate of persons"),
        ("a,,reporting,,1,ratio,1,,", "a level in 'ratio'"),
        ("a,,encounters,,1,per 100k,1,,", "or per 10,000"),
        ("a,E0 -> E3,reporting,,2021-13,points,1,,", "2022-01..2022-06"),
    ],
)
def test_a_bad_row_is_refused_at_its_line(tmp_path, row, words, capsys):
    path = tmp_path / "rows.csv"
    path.write_text(f"{HEAD}\n{GOOD.replace('a,', 'first,', 1)}\n{row}\n")
    out = tmp_path / "out"
    assert main(["validate", "--rows", str(path), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "rows.csv:3: " in said and words in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,contrast,regime_a,outcome,published,unit\na,E0 -> E3,dhs-ban,reporting,4,points",
         "2: regime_a: found beside a contrast"),
        ("id,outcome,group_a,group_b,published,unit\n"
         "a,reporting,ethnicity=latino,ethnicity=latino,4,points",
         "2: group_b: found 'ethnicity=latino' on both sides"),
        ("id,outcome,contrast,estimator,published,unit\na,reporting,E0 -> E3,twfe,4,points",
         "2: estimator: found without a design"),
        ("id,outcome,contrast,published,unit\na,reporting,E0 + -> E3,4,points",
         "2: contrast: found 'E0 +'; allowed: a name on either side"),
        ("id,outcome,parameters,published,unit\na,reporting,\"beta=1,beta=2\",40,percent",
         "2: parameters: found beta twice"),
        ("id,outcome,published,unit\na,encounters,4,per 0", "2: unit: "),
        ("id,outcome,start,published,unit\na,reporting,9999-12-31,40,percent",
         "2: start: found '9999-12-31'"),
        ("", "1: no rows"),
    ],
)
def test_what_contradicts_itself_or_tells_of_nothing_is_refused_at_its_line(tmp_path, text, words):
    path = tmp_path / "rows.csv"
    path.write_text(f"\ufeff{text}\n" if text else "\ufeff", "utf-8")
    with pytest.raises(BadInput, match=re.escape(f"rows.csv:{words}")):
        validate(path, progress=False)


def test_a_fault_is_told_by_the_name_that_the_file_uses(tmp_path):
    for name in ("published", "estimate"):
        path = tmp_path / f"{name}.toml"
        text = '[[rows]]\nid = "a"\nregime = "no-contact"\nestimate = 4\nlow = 5\nhigh = 6\n'
        path.write_text(text.replace("estimate", name))
        with pytest.raises(BadInput, match=rf"{name}.toml:4: rows.0.{name}: an interval of 5 to 6"):
            read_rows(path)


def test_an_unknown_column_is_refused_with_the_nearest(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"{HEAD},perod\n{GOOD},1\n")
    with pytest.raises(BadInput, match=r"rows.csv:1: perod: unknown column.*did you mean period"):
        read_rows(path)


def test_the_command_prints_one_object_a_finding(rows_file, tmp_path, capsys):
    text = rows_file.read_text()
    start = text.index('[[rows]]\nid = "level"')
    alone = tmp_path / "alone.toml"
    alone.write_text(text[start : text.index("[[rows]]", start + 1)])
    out = tmp_path / "out"
    words = ["validate", "--rows", str(alone), "--replicates", "2", "--scale", "1",
             "--out", str(out), "--processes", "1", "--quiet", "--json"]
    assert main(words) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    wanted = {"id", "published", "low", "high", "model", "model_low", "model_high", "verdict"}
    assert wanted <= set(row)
    assert row["published"] == 40
    assert {path.name for path in out.iterdir()} == {
        "validation.csv", "validation.md", "validation.html", "forest.png", "forest.svg",
        "manifest.json"}


def test_every_finding_kept_for_validation_is_in_the_built_in_rows():
    ids = {row.id.partition("-")[0] for row in read_rows(BUILT_IN).rows}
    kept = {one.id for one in load_evidence().values() if one.role == "validation"}
    assert kept and kept <= ids
    assert ids <= set(load_evidence())


def test_the_chart_shows_only_what_passed_the_gate(made):
    assert len(forest(made.released).axes) >= 3
    with pytest.raises(TypeError):
        forest(made.rows)


def test_parameter_draws_and_chance_are_told_apart(tmp_path, rows_file):
    text = rows_file.read_text()
    start = text.index('[[rows]]\nid = "environment"')
    path = tmp_path / "rows.toml"
    alone = text[start : text.index("[[rows]]", start + 1)]
    path.write_text(alone.replace('parameters = "beta=3"\n', ""))
    posterior = tmp_path / "posterior.csv"
    posterior.write_text("beta,sigma\n" + "0,0.5\n3,1.2\n" * 4)
    made = validate(path, scale=1, replicates=2, seed=3, processes=1, progress=False,
                    posterior=posterior, draws=8)
    row = by_id(made).loc["environment"]
    assert row["draws"] == 8
    # One draw has no chilling but the survey's own fear, the other much.
    assert row["model_high"] - row["model_low"] > 3
    assert row["chance_low"] < row["model"] < row["chance_high"]
    # The model's interval is what the verdict must hold for: both.
    assert row["model_low"] == min(row["chance_low"], row["par_low"])
    assert row["model_high"] == max(row["chance_high"], row["par_high"])
    assert "--posterior posterior.csv --draws 8" in made.manifest["command"]
    small = {"scale": 1, "seed": 3, "processes": 1, "progress": False}
    usual = [validate(path, replicates=count, **small) for count in (1, 2)]
    assert [one.manifest["draws"] for one in usual] == [1, DEFAULT_DRAWS]


def test_fewer_draws_than_eight_are_refused_since_they_are_met_more_easily(rows_file):
    with pytest.raises(BadInput, match="draws: found 4; allowed: 8 or more, or 0"):
        validate(rows_file, replicates=2, draws=4, progress=False)


def computed(path, text, **more):
    """The rows of a CSV of findings of the small city, by id."""
    path.write_text(text)
    more = {"draws": 0, **more}
    made = validate(path, scale=1, replicates=2, seed=3, processes=1, progress=False, **more)
    return by_id(made)


def test_a_study_may_say_its_own_design_in_words(tmp_path):
    rows = computed(
        tmp_path / "rows.csv",
        "id,design,city,contrast,outcome,group,period,published,low,high,unit\n"
        "a,staggered difference-in-differences,littletown,E0 -> E3,reporting,ethnicity=Hispanic,"
        "2022-01 to 2022-03,\N{MINUS SIGN}2%,\N{MINUS SIGN}9,5,%\n"
        "b,contrast,littletown,E0 -> E3,reporting,ethnicity=latino,1-3,-2,-9,5,percent\n",
    )
    assert rows.loc["a", "design"] == "staggered difference-in-differences"
    assert rows.loc["a", "model"] == rows.loc["b", "model"]
    assert list(rows["published"]) == [-2, -2]


def test_a_finding_by_area_is_of_that_area_with_two_digits(tmp_path):
    rows = computed(
        tmp_path / "rows.csv",
        "id,city,outcome,group,period,published,low,high,unit\n"
        "a,littletown,reporting,area=1,1-3,40,20,60,percent\n"
        "b,littletown,area_reporting,area=1,1-3,40,20,60,percent\n",
    )
    assert rows.loc["a", "model"] == rows.loc["b", "model"]
    assert rows.loc["a", "model"] == float(f"{rows.loc['a', 'model']:.2g}")


def test_a_level_in_percent_of_a_rate_is_a_hundredth_part_of_it(tmp_path):
    head = "id,city,outcome,period,published,unit\n"
    row = "littletown,victimisations,1-3,4"
    rows = computed(tmp_path / "rows.csv", f"{head}a,{row},percent\nb,{row},own\n")
    assert rows.loc["a", "model"] == pytest.approx(rows.loc["b", "model"] / 100)


@pytest.mark.parametrize(
    ("unit", "per"),
    [("per 10,000", 10_000), ("per 10 000 residents", 10_000), ("Per 100000", 100_000),
     ("per 100 undocumented residents a year", 100)],
)
def test_a_unit_says_its_number_in_any_common_form(tmp_path, unit, per):
    path = tmp_path / "rows.csv"
    path.write_text(f'id,outcome,published,unit\na,encounters,4,"{unit}"\n')
    (contrast,) = contrasts_of(read_rows(path), 0.02)
    assert contrast.factor == per / 10_000


def test_runs_begin_where_an_earlier_period_does(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("id,timeline,outcome,period_a,period_b,published,unit\n"
                    "a,chicago-history,reporting,2012,2013,-1,percent\n"
                    "b,chicago-history,reporting,2021-07..2021-12,2022-01..2022-03,-1,percent\n")
    before, after = contrasts_of(read_rows(path), 0.02)
    assert before.sides[0].scenario.start.isoformat() == "2012-01-01"
    assert after.sides[0].scenario.start.isoformat() == "2021-07-01"
    assert len(before.sides[1].months) == 12


def test_findings_used_to_choose_numbers_are_counted_apart(made):
    told = made.summary()["manifest"]
    rows = made.rows
    for counts, role in ((told, "validation"), (told["calibration"], "calibration")):
        own = rows[rows["role"] == role]
        assert counts["findings"] == len(own) == sum(counts["verdicts"].values())
        assert counts["verdicts"]["agrees"] == sum(counts["agreements"].values())
    assert told["calibration"]["findings"] == 1


def test_every_table_shows_the_discrepancy(made, tmp_path):
    made.write(tmp_path)
    table = pd.read_csv(tmp_path / "validation.csv").set_index("id")
    assert table.loc["level", "discrepancy"] == 10
    assert table.loc["level", "claim_low"] < table.loc["level", "low"]
    for page in ("validation.md", "validation.html"):
        text = (tmp_path / page).read_text()
        assert "discrepancy" in text and "prove nothing" in text
        assert text.count("are not comparable. Of the other") == 2


def test_discrepancies_follow_the_kind_of_the_study():
    """As the head of the file states: Los Angeles half of the effect, and so on."""
    rows = {row.id: row for row in read_rows(BUILT_IN).rows if isinstance(row.estimate, float)}
    for name, row in rows.items():
        if row.not_comparable:
            continue
        if name.startswith("LA"):
            assert row.discrepancy == abs(row.estimate) / 2, name
        elif name == "D_AOR_RATE":
            assert row.discrepancy == pytest.approx(0.3 * row.estimate)
        elif name.startswith(("NCVS", "WONG")):
            assert row.discrepancy == 10, name
        elif name.startswith(("ADD", "GJW", "HAUSMAN", "JACOME", "HPD")):
            assert row.discrepancy == 12, name
        else:
            assert row.discrepancy == 0 or "discrepancy" in row.note, name


def test_the_kept_table_is_of_the_present_findings_and_rule():
    """What docs/validation.md shows: judged anew from its numbers, each verdict is the same."""
    kept = read_findings(TABLE).set_index("id")
    rows = read_rows(BUILT_IN).rows
    assert list(kept.index) == [row.id for row in rows]
    for row in rows:
        told = kept.loc[row.id]
        assert told["published"] == row.estimate or row.estimate is None
        assert told["discrepancy"] == row.discrepancy
        if pd.notna(told["model"]):
            effect = Effect(told["model"], told["model_low"], told["model_high"],
                            told["chance_low"], told["chance_high"], 4, int(told["draws"]),
                            0.0, 0.0, False)
            assert judge(row, effect).verdict == told["verdict"], row.id
