"""Imports run dashboards → experiments → model, and the model stays free of screens and charts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def lint_imports(project: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of `project`'s pyproject.toml in a process of its own."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True
    )


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """Three near-empty packages under the real contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("model", "experiments", "dashboards"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "dashboards" / "app.py").write_text("import experiments, model\n")
    return tmp_path


def test_imports_run_from_dashboards_to_experiments_to_model():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout


def test_the_contracts_let_the_right_direction_pass(small_project):
    done = lint_imports(small_project)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("model/city.py", "import experiments"),
        ("model/city.py", "from dashboards import app"),
        ("experiments/cli.py", "from dashboards import app"),
        ("model/city.py", "def draw():\n    import matplotlib.pyplot"),
        ("model/city.py", "import typer"),
        ("model/city.py", "from rich.table import Table"),
    ],
)
def test_the_contracts_catch_a_wrong_import(small_project, file, line):
    (small_project / file).write_text(line + "\n")
    done = lint_imports(small_project)
    assert done.returncode != 0
    assert "1 broken" in done.stdout, done.stdout + done.stderr


def test_importing_the_model_loads_no_charts_and_no_command_line():
    program = (
        "import sys, importlib, pkgutil, model\n"
        "for module in pkgutil.walk_packages(model.__path__, 'model.'):\n"
        "    importlib.import_module(module.name)\n"
        "print('model.schema' in sys.modules)\n"
        "print(*sorted({'click', 'matplotlib', 'rich', 'typer'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True"]
