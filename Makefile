# `make demo` and `make test` work from a clean clone: they set up .venv when it is missing or when
# pyproject.toml or requirements.txt have changed, and not otherwise. `make help` lists the rest.

VENV := .venv
BIN := $(VENV)/bin
SETUP := pyproject.toml requirements.txt tools/bootstrap.sh

# Extras that the tests need.
DEV_EXTRAS := dev,studies,briefing,dashboard
PYTEST := $(BIN)/python -m pytest -n 2

.DEFAULT_GOAL := help
.PHONY: help dashboard demo reference setup test test-all lint bench pins clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
	|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1  \2/p' Makefile

demo: $(VENV)/.core ## Compare four regimes in a tenth of Chicago; results in results/demo
	$(BIN)/carveout compare welcoming-2012 welcoming-2021 full-cooperation no-contact \
		--scale 0.1 --replicates 3 --seed 1 --out results/demo --force

setup: $(VENV)/.dashboard ## Set up what studies, briefings and the dashboard need, too

test: $(VENV)/.dev ## Run the tests (within ten minutes on two cores)
	$(PYTEST) -m "not slow"

test-all: $(VENV)/.dev ## Run the tests and the slow checks
	$(PYTEST)

lint: $(VENV)/.dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

dashboard: $(VENV)/.dashboard ## Compare regimes in a browser, on this machine alone
	$(BIN)/carveout dashboard

reference: $(VENV)/.dev ## Make the committed example in results/reference again
	$(BIN)/python -m experiments.briefing.reference

bench: $(VENV)/.bench ## Measure speed and memory against Mesa, Starsim and the machine
	$(BIN)/carveout bench

pins: $(VENV)/.dev ## Resolve requirements.txt anew (after a change of dependencies)
	$(BIN)/python -m pip install --quiet -c requirements.txt uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.12 --quiet \
		--no-header --no-annotate --no-emit-index-url --upgrade --output-file requirements.txt

clean: ## Remove the environment and caches (results stay)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# A stamp is written last, so a set-up that was interrupted is done again. Each set holds the core.
$(VENV)/.core: $(SETUP)
	@sh tools/bootstrap.sh
	@touch $@

$(VENV)/.dev: $(SETUP)
	@sh tools/bootstrap.sh $(DEV_EXTRAS)
	@touch $(VENV)/.core $@

$(VENV)/.dashboard: $(SETUP)
	@sh tools/bootstrap.sh dashboard,briefing,studies
	@touch $(VENV)/.core $@

$(VENV)/.bench: $(SETUP)
	@sh tools/bootstrap.sh $(DEV_EXTRAS),bench
	@touch $(VENV)/.core $(VENV)/.dev $@
