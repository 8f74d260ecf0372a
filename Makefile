# Everything a developer or a CI machine runs. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= var/up
PORT ?= 8004
CORPUS ?= ../shared/corpus

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.ready: pyproject.toml constraints.txt tools/setup.sh
	@PYTHON=$(PYTHON) tools/setup.sh $(VENV)
	@touch $@

.PHONY: setup
setup: $(VENV)/.ready  ## Make the virtual environment with all that is needed

.PHONY: demo
demo: setup  ## Create, change and delete a web tier on a simulated cloud, with the real clients
	@$(BIN)/python tools/demo.py

.PHONY: up
up: setup  ## Run the service with a simulated cloud until Ctrl-C (DATA=dir PORT=number)
	@$(BIN)/isotherm up --data $(DATA) --port $(PORT)

.PHONY: packages
packages: setup  ## Install what the tests need from Debian (as root; otherwise says what is missing)
	@tools/install_packages.sh

.PHONY: test
test: setup packages  ## Run all tests
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup tests

.PHONY: check
check: setup  ## Lint, types, house rules, reference pages: what CI checks before the tests
	@$(BIN)/ruff check src tests tools bench
	@$(BIN)/mypy
	@$(BIN)/python tools/house_rules.py
	@$(BIN)/python tools/reference_docs.py --check
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site

.PHONY: bench
bench: setup  ## Measure: one JSON line for each claim
	@for file in $(sort $(wildcard bench/*.py)); do $(BIN)/python $$file || exit 1; done

.PHONY: docs
docs: setup  ## Build the documentation into build/site
	@$(BIN)/python tools/reference_docs.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir build/site

.PHONY: conformance
conformance: setup  ## Run the recorded cases of Heat's template language (CORPUS=directory with run_corpus.py)
	@$(BIN)/python tests/conformance/run.py $(CORPUS)

.PHONY: reference-check
reference-check: setup  ## Compare the resource types with Heat's recorded surface (REFERENCE=resource_types.json)
	@$(BIN)/python tools/reference_check.py $(REFERENCE)

.PHONY: cloud-test
cloud-test: setup  ## Contract suite and demo on a real OpenStack (OS_CLIENT_CONFIG_FILE, ARGS="--member demo --admin admin")
	@$(BIN)/python tools/cloud_test.py $(ARGS)
