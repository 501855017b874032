# Two commands: `make run` serves the city, `make test` checks everything. `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/run vendored ## Serve the sample city at http://127.0.0.1:8000 (PORT= changes it)
	@exec $(BIN)/python -m city run

.PHONY: test
test: .venv/dev vendored browser ## Check everything that can be checked
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=10

.PHONY: chaos
chaos: .venv/dev vendored ## Kill processes in the middle of what they do, for minutes
	$(BIN)/python -m pytest -m chaos

.PHONY: bench
bench: .venv/dev vendored ## Measure speed on 200,000 generated reports; prints one JSON document
	@$(BIN)/python -m bench

.PHONY: format
format: .venv/dev ## Bring the code into shape
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: locks
locks: .venv/dev ## Write the lock files anew from pyproject.toml and package.json
	$(UV) pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.txt
	$(UV) pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml --group dev -o requirements-dev.txt -c requirements.txt
	$(BIN)/python tools/vendor.py --lock

.PHONY: schema
schema: .venv/dev ## Write docs/schema.sql from the migrations
	$(BIN)/python tools/schema.py > docs/schema.sql

.PHONY: browser
browser: ## Find or install the Chromium that the browser tests drive
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
		else echo "Browser tests will be skipped: install Debian's package chromium to run them."; fi; }

.PHONY: clean
clean: ## Remove what was set up and generated (the city's data in .data stays)
	rm -rf .venv node_modules city/web/static/vendor build

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@test -x $(UV) || { $(PYTHON) -m venv .venv && $(BIN)/python -m pip install -q --disable-pip-version-check uv; }
	@touch $@

.venv/run: requirements.txt | .venv/uv
	@echo "Bringing in the Python packages of the city"
	@$(UV) pip install -q -p $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt | .venv/uv
	@echo "Bringing in the Python packages of the city and of its tests"
	@$(UV) pip install -q -p $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run

# Each time: it takes a moment, and an icon that a page has begun to use must be brought in.
.PHONY: vendored
vendored: .venv/run
	@$(BIN)/python tools/vendor.py
