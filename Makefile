# purevirt's commands. `make run` shows a guest's whole life, `make test` runs the tests; both set up what they need.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CORPUS ?= ../shared/corpus
STAMP  := $(VENV)/.ready

.PHONY: run test check lint types corpus sweep bench docs clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

run: $(STAMP)
	$(BIN)/python tools/run_demo.py

test: $(STAMP)
	PUREVIRT_CORPUS=$(CORPUS) $(BIN)/python -m pytest $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check src tests tools benchmarks

types: $(STAMP)
	$(BIN)/mypy

check: lint types test

# make corpus CORPUS=DIR [SUITES=a,b] [JSON=FILE]
comma := ,
corpus: $(STAMP)
	@$(BIN)/python -m purevirt.testing.corpus $(CORPUS) $(subst $(comma), ,$(SUITES)) $(if $(JSON),--json $(JSON)) $(if $(FAILS),--fails)

# Every call of the test driver beside the distribution's, all 13,000 (make test makes a part of them)
sweep: $(STAMP)
	PUREVIRT_SWEEP=full $(BIN)/python -m pytest tests/system/test_test_driver_beside.py $(ARGS)

bench: $(STAMP)
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(STAMP)
	$(BIN)/python tools/gen_docs.py
	$(BIN)/python tools/gen_support.py

clean:
	rm -rf $(VENV) build dist
