# make demo | test | check | prove | bench | lint; each sets up all it needs in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# An editable install does not rebuild C by itself: these are what the installation depends on.
SOURCES := pyproject.toml setup.py $(wildcard srp_native/ffi_build.py $(addprefix srp_native/csrc/,*.* */*.* */*/*.*))

.PHONY: demo test check prove bench lint clean
.DELETE_ON_ERROR:

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# One stamp per set of extras.
$(VENV)/%.stamp: $(SOURCES) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@

demo: $(VENV)/cli,local.stamp
	$(BIN)/cognito-srp demo

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -m "not long and not paced" -n auto --maxprocesses 4 --dist worksteal
	$(BIN)/python -m pytest -m "paced and not long"

check: $(VENV)/test.stamp
	$(BIN)/python -m pytest --long

# The proofs and the planted faults they catch (docs/proofs.md). A proof that does not finish fails.
prove: $(VENV)/test.stamp
	$(BIN)/python -m pytest tests/proofs --long -n auto --maxprocesses 4 --dist worksteal

bench: $(VENV)/bench.stamp
	@mkdir -p build
	$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-json=build/bench.json
	$(BIN)/python benchmarks/report.py build/bench.json
	$(BIN)/python benchmarks/instructions.py

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests/typing

clean:
	rm -rf $(VENV) build *.egg-info srp_native/_srp*.so
