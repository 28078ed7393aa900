# Each target does what it needs first: any one of them works in a fresh clone with Python 3.11+, make and a package index.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
ROWS ?= 5000
SEED ?= 7
KILLS ?= 200
SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help setup demo test hunt chaos fuzz serve bench lint docs format lock clean

help:  ## Say what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 16

setup: $(READY)  ## Install everything into .venv

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and was not found; name one with: make setup PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)  ## Make objects, start the stack, send the documented request, save the workbook (ROWS=5000)
	$(BIN)/statesheet demo --rows $(ROWS)

test: $(READY)  ## Run all tests
	$(BIN)/python -m pytest -n 3 --dist loadgroup

hunt: $(READY)  ## Run the long hunts, and each property test with all of its examples
	TESTS_HUNT=1 $(BIN)/python -m pytest -n 2 --dist loadgroup -m 'slow or hypothesis'

chaos: $(READY)  ## Kill every part of a stack at random moments, then audit each job (SEED=7 KILLS=200)
	CHAOS_SEED=$(SEED) CHAOS_KILLS=$(KILLS) $(BIN)/python -m pytest -s -m chaos tests/chaos

fuzz: $(READY)  ## Let a fuzzer search for inputs that break the readers, each for so long (SECONDS=60; needs atheris)
	$(BIN)/python -m tests.fuzz $(SECONDS)

serve: $(READY)  ## Start the whole stack on this machine
	$(BIN)/statesheet serve

bench: $(READY)  ## Measure, beside what a user would otherwise pick
	$(BIN)/python -m benchmarks

lint: $(READY)  ## Style, types and the arrows between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY)  ## Make the docs a site that needs no server: build/site/index.html
	$(BIN)/mkdocs build --strict --clean

format: $(READY)  ## Put the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY)  ## Resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev pyproject.toml -o requirements.lock

clean:  ## Remove what the other targets made
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .fuzz
