# Two commands are enough: `make run` (a practice system) and `make test` (everything). `make sure` is the whole gate.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# Many processes read the same modules: what one compiled, the next one need not, whatever the environment says.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run install dev system test sure format lint types imports templates words spell soak kills load look journeys bench shots wheel clean migration

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml constraints.txt hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(VENV)/.installed $@

install: $(VENV)/.installed  ## Install Receiver into .venv
dev: $(VENV)/.dev  ## Install Receiver and its developer tools into .venv

run: install  ## Start a practice system with synthetic people on http://127.0.0.1:8000
	$(BIN)/receiver demo

system:  # The browser, fonts and PostgreSQL for the tests: installed where missing and allowed, else named and skipped
	@sh tests/support/system_packages.sh

test: dev system  ## Run every test on SQLite and PostgreSQL, in the browser, with coverage gates
	@rm -f .coverage .coverage.*
	$(PYTEST) -n $(WORKERS) --dist worksteal --cov --cov-report= -m "not slow and not unwatched"
	$(BIN)/python -m tests.support.coverage_gate
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not slow and unwatched"

sure: dev format lint types imports templates words spell test  ## Everything that must be green before a change lands

format: dev  ## Check the formatting (ruff format, djlint)
	$(BIN)/ruff format --check .

lint: dev  ## Lint (ruff, all rules) and look for undeclared dependencies
	$(BIN)/ruff check .
	$(BIN)/deptry .

types: dev  ## Check types (mypy, strict)
	$(BIN)/mypy

imports: dev  ## Check that imports go down the floors of the house only
	$(BIN)/lint-imports

templates: dev  ## Lint the templates
	$(BIN)/djlint --lint --quiet templates

words: dev  ## Check the catalogues: nothing missing, stale or broken
	$(BIN)/python -m receiver.i18n.catalogues check

spell: dev  ## Look for misspelt words
	$(BIN)/codespell receiver templates tests docs bench migrations *.md

migration: dev  ## Draft the next migration from the models: make migration NAME=slug
	$(BIN)/ruff format "$$($(BIN)/python -m tests.support.draft_migration $(NAME) | tail -1)"

soak: dev system  ## Long random runs of the money rules on both databases, checked from the dump
	$(PYTEST) -n $(WORKERS) -m slow tests/soak

kills: dev system  ## SIGKILL in the middle of imports, releases and reconciliations
	$(PYTEST) -n $(WORKERS) -m slow tests/kills tests/background

load: dev  ## Forty caseworkers for two minutes over 50,000 people on SQLite
	$(BIN)/python -m bench.load

look: dev system  ## Every page in five languages at 320 and 1280 px: budgets, axe, overlap, contrast
	$(PYTEST) -n $(WORKERS) -m slow tests/look tests/web/test_look.py

journeys: dev system  ## A month from manifest to report in the browser: with and without JavaScript, in English and Arabic
	$(PYTEST) -n $(WORKERS) tests/journeys

bench: dev  ## Page and month benchmarks beside their floors
	$(BIN)/python bench/pages.py

shots: dev system  ## Take the screenshots of the README anew
	$(BIN)/python -m tests.support.readme_shots

wheel: dev  ## Build the sdist, then the wheel from the sdist
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt build
	$(BIN)/python -m build

clean:  ## Remove what was built
	rm -rf dist build .coverage* .pytest_cache .mypy_cache .ruff_cache receiver/web/static/build
