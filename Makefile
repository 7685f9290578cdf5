# `make help` lists the targets; each sets up all it needs in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# An editable install does not rebuild C by itself: these are what the installation depends on.
SOURCES := pyproject.toml setup.py $(wildcard srp_native/ffi_build.py $(addprefix srp_native/csrc/,*.* */*.* */*/*.*))

.DEFAULT_GOAL := help
.PHONY: help demo test check check-status prove bench docs dist lint clean
.DELETE_ON_ERROR:

help: ## this list
	@echo 'make TARGET, with about how long it takes on 2 cores once .venv is there:'
	@sed -n 's/^\([a-zA-Z%-]*\):[^#]*## /  \1\t/p' $(MAKEFILE_LIST) | sed 's/%/NAME/' | expand -t 18

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# One stamp per set of extras.
$(VENV)/%.stamp: $(SOURCES) | $(VENV)/bin/python
	@echo 'setting up $(VENV) for $*: about a minute, once'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@

demo: $(VENV)/cli,local.stamp ## 1,000 devices enrolled with a local Cognito (1 minute)
	$(BIN)/cognito-srp demo

test: $(VENV)/test.stamp ## the suite, as CI runs it (under 20 minutes)
	$(BIN)/python -m pytest -m "not long and not paced" -n auto --maxprocesses 4 --dist worksteal
	$(BIN)/python -m pytest -m "paced and not long"

check: $(VENV)/dev,release.stamp ## the long checks, what has passed on this code left out (hours)
	$(BIN)/python tests/check.py run

check-status: $(VENV)/bin/python ## what of the long checks has not passed on this code (1 second)
	@$(BIN)/python tests/check.py status

check-%: $(VENV)/dev,release.stamp ## one part of them; `make check-status` names the parts (under 1 hour, or it says why)
	$(BIN)/python tests/check.py run $*

prove: $(VENV)/test.stamp ## the proofs of the kernels and the faults they catch (docs/proofs.md; under 10 minutes)
	$(BIN)/python -m pytest tests/proofs --long -n auto --maxprocesses 4 --dist worksteal

bench: $(VENV)/bench.stamp ## the benchmarks, their figures and charts (under 1 hour)
	@mkdir -p build
	$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-json=build/bench.json
	$(BIN)/python -m benchmarks.report build/bench.json
	$(BIN)/python -m benchmarks.instructions

docs: $(VENV)/docs.stamp ## the site, build/docs/index.html; a warning is an error (1 minute)
	$(BIN)/python -m sphinx -b html -W --keep-going -n -q docs build/docs

dist: $(VENV)/release.stamp ## the sdist and this machine's wheel, checked and tried (5 minutes)
	PYTHONPATH=tests $(BIN)/python -m release.make_dist

lint: $(VENV)/dev.stamp ## ruff and mypy over everything (1 minute)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/zizmor --offline --quiet .github

clean: ## .venv, build/ and what was compiled, away (1 second)
	rm -rf $(VENV) build *.egg-info srp_native/_srp*.so
