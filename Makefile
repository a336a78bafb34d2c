# Needs make and Python >= 3.11 with venv; everything else is installed into .venv.
# Another Python: make setup PYTHON=python3.12    Some tests: make test ARGS="-k ledger"    Newer pins: make lock ARGS=--upgrade

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
CORE := .venv/.core
DEV := .venv/.dev
PEERS := benchmarks/peers/.venv
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile
COMPILE := $(BIN)/uv --no-config --quiet pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup run test lab lint lock bench
.DELETE_ON_ERROR:

help:
	@echo "make run     set up, then run the demo study: data/raw/demo -> data/processed/demo and reports/demo"
	@echo "make test    set up for development, then run all tests"
	@echo "make lab     set up for development, then open JupyterLab in notebooks/"
	@echo "make setup   make .venv with what a run needs"
	@echo "make lint    ruff and mypy"
	@echo "make bench   measure every step and the whole way; writes docs/performance.md (half an hour)"
	@echo "make lock    requirements.lock and requirements-dev.lock from pyproject.toml"

setup: $(CORE)
	@echo "Ready. Next: make run"

run: $(CORE)
	@$(BIN)/kinematics run data/raw/demo

test: $(DEV)
	@$(BIN)/python -m pytest $(ARGS)

lab: $(DEV)
	@$(BIN)/python -m jupyterlab notebooks $(ARGS)

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# The peers' environment is apart: what they need must not reach ours.
bench: $(DEV) $(PEERS)/.done
	@$(BIN)/python benchmarks/performance/performance.py $(ARGS)

$(PEERS)/.done: benchmarks/peers/requirements.lock
	@$(PYTHON) -m venv --clear $(PEERS)
	@echo "Installing the other toolkits that we measure beside into $(PEERS) (once; a minute or two) ..."
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r $<
	@touch $@

lock: $(DEV)
	@$(COMPILE) pyproject.toml --extra build $(ARGS) -o requirements.lock
	@$(COMPILE) pyproject.toml --all-extras --group dev -c requirements.lock $(ARGS) -o requirements-dev.lock
	@$(COMPILE) benchmarks/peers/requirements.in $(ARGS) -o benchmarks/peers/requirements.lock
	@echo "Wrote the locks; the next make installs them."

# The stamps: a changed lock or pyproject.toml installs again.

$(CORE): requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { $(check_python) && $(PYTHON) -m venv --clear .venv; }
	@echo "Installing what a run needs into .venv (once; a minute or two) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-index --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(CORE) requirements-dev.lock
	@echo "Installing what tests and notebooks need into .venv (once; a minute or two) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

define check_python
{ command -v $(PYTHON) >/dev/null || { echo "Python is missing. Install it with: sudo apt install python3 python3-venv"; exit 1; }; } && \
{ $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Python 3.11 or newer is needed, and $(PYTHON) is older. Name a newer one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }; } && \
{ $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	echo "Python's venv module is missing. Install it with: sudo apt install python3-venv"; exit 1; }; }
endef
