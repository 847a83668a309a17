"""The benchmark command prints where the cores' time goes, and what a study costs itself."""

import json

import pytest

from experiments.cli import main
from experiments.study import bench

SMALL = ["study", "bench", "--scale", "0.01", "--years", "0.02", "--replicates", "1",
         "--processes", "1"]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    for name, tasks in (("FINISHED", 20), ("SMALL", 20), ("LARGE", 40)):
        monkeypatch.setattr(bench, name, tasks)


def test_the_table_says_where_all_of_the_time_goes(capsys):
    assert main([*SMALL, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    cores = told["cores"]
    assert cores["tasks"] > 5 and cores["growth"] > 0
    assert {"simulating", "population and levels", "counting", "result file",
            "planning and keeping results", "starting and waiting"} <= set(cores["shares"])
    assert sum(cores["shares"].values()) == pytest.approx(1, abs=0.2)
    assert cores["shares"]["simulating"] == cores["simulating"] <= cores["simulating_of_used"]
    assert told["status"]["tasks"] == 20 and told["status"]["ratio"] > 1
    assert told["memory"]["tasks"] == [20, 40]
    bench._print(told)
    shown = capsys.readouterr().out
    for words in ("simulating", "starting and waiting", "status of 20 tasks", "target 85%",
                  "in the second half of the runs", "memory of a study of 40 tasks"):
        assert words in shown
