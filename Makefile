# Needs Python 3.11+ and make, nothing else: every target sets up .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FIND_CHROMIUM = { test -x "$(CHROMIUM)" || which chromium chromium-browser google-chrome 2>/dev/null | grep -q .; }

.PHONY: demo test test-long test-browser lint format bench clean

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "cg-sync needs Python 3.11 or newer; say which with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing cg-sync and its tools into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[sandbox,dev]'
	@touch $@

demo: $(STAMP)  ## plays the main job against the embedded sandbox, in under a minute
	@$(BIN)/cg-sync demo

test: $(STAMP)  ## the whole suite with the coverage gates, in a few minutes
	@# Its many processes read the bytecode that the first of them leaves behind.
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist worksteal \
		-m "not long and not live and not browser" --cov --cov-report=
	$(BIN)/python -m coverage report --include='cg_sync/core/*,cg_sync/kinds/*' --fail-under=100
	$(BIN)/python -m coverage report --fail-under=95

test-long: $(STAMP)  ## the searching tests, with many more examples
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[oracle]'
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n 2 -m "not live and not browser"

test-browser: $(STAMP)  ## the HTML report, driven in a headless Chromium
	@$(BIN)/python -c 'import playwright' 2>/dev/null || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[browser]'
	@$(FIND_CHROMIUM) || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq chromium; } || \
		{ echo "Chromium is needed: 'apt-get install chromium', or say where it is with CHROMIUM=/path/to/it" >&2; exit 1; }
	$(BIN)/python -m pytest -m browser tests/browser

lint: $(STAMP)
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

format: $(STAMP)
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

bench: $(STAMP)  ## measures, in about a quarter of an hour; BENCH="--quick" and others of its options
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
