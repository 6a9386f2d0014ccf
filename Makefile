# The one door to every task; CI and pre-commit call these same targets.
# A fresh machine needs Python 3.11 or newer and a package index; everything else is set up in .venv on the way.

PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11; do \
	"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$candidate" && break; done)
VENV   := .venv
BIN    := $(VENV)/bin
DONE   := $(VENV)/.done
DIST   := $(VENV)/dist/bin
DEMO   := .demo
RECONCILER := $(BIN)/python -m reconciler

# The tree itself is run, installed or not.
export PYTHONPATH = $(CURDIR)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help setup dist installed demo test check fmt lint type contracts schemas schemas-check docs docs-check pytest browser proof bench lock clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DONE)/dev ## everything a developer needs, in .venv

demo: $(DONE)/runtime ## a whole company in a minute: validate, plan, apply, and a second plan that is empty
	@RECONCILER='$(RECONCILER)' sh .ci/demo examples/quickstart $(DEMO)

test: check pytest ## all checks, then all tests

check: lint type contracts schemas-check docs-check ## formatting, lint, types, import contracts, schemas, reference pages

fmt: $(DONE)/dev ## format and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(DONE)/dev ## formatting and lint
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

type: $(DONE)/dev ## mypy --strict over product and tests
	$(BIN)/mypy --no-error-summary

contracts: $(DONE)/dev ## which package may import which
	$(BIN)/lint-imports --no-cache

schemas: $(DONE)/dev ## rewrite schemas/*.json
	$(RECONCILER) schema

schemas-check: $(DONE)/dev
	$(RECONCILER) schema --check

docs: $(DONE)/dev ## rewrite docs/reference from the schemas and --help
	$(BIN)/python .ci/reference.py

docs-check: $(DONE)/dev
	$(BIN)/python .ci/reference.py --check

# Last, so that its closing line is the last line of `make test`.
pytest: $(DONE)/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

browser: $(DONE)/dev ## the pages in Chromium (CHROMIUM names another); PICTURES=DIR keeps how they look
	$(BIN)/python -m pytest -q tests/html/in_chromium.py

# Six and a half million decisions, and eight thousand lives of groups that nobody has seen before: some minutes on two cores.
# A life that breaks a law is printed with RECONCILER_SEED, by which it comes again.
proof: $(DONE)/dev ## the proofs of sync in full, of which every test run takes a part
	SYNC_PROOF=whole $(BIN)/python -m pytest -n 2 -q --timeout=0 tests/sync/test_decide_exhaustive.py
	RECONCILER_EXAMPLES=8000 RECONCILER_SEED=$$(date +%s) $(BIN)/python -m pytest -n 2 -q --timeout=0 tests/sync_live/test_state_machine.py

# Built twice: the same commit gives the same bytes.
dist: $(DONE)/dist ## wheel, sdist and bill of materials, in dist/
	@rm -rf dist && mkdir -p dist/.again
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(DIST)/python -m build --no-isolation --outdir dist .
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(DIST)/python -m build --no-isolation --outdir dist/.again . >/dev/null
	@for each in dist/*.whl dist/*.tar.gz; do cmp "$$each" "dist/.again/$${each#dist/}" || exit 1; done; rm -rf dist/.again
	$(DIST)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible --output-format JSON \
		-o dist/sbom.cdx.json .ci/locks/runtime.txt

installed: dist ## the demo by the installed wheel, in an empty environment, outside of this tree
	sh .ci/installed dist examples/quickstart

bench: $(DONE)/dev ## speed, side by side with a floor and a general engine
	@for each in tests/benchmarks/*.py; do echo "== $$each"; $(BIN)/python "$$each" || exit 1; done

# One resolution for every platform and Python; runtime.txt is held to dev.txt, so both fit into one environment.
lock: ## resolve the dependencies again (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --extra dev --upgrade -o .ci/locks/dev.txt pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --constraints .ci/locks/dev.txt --upgrade -o .ci/locks/runtime.txt pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --constraints .ci/locks/dev.txt --extra dist --upgrade -o .ci/locks/dist.txt pyproject.toml

clean: ## remove what was made here
	rm -rf $(VENV) $(DEMO) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(DONE)/venv:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer with venv was found; install one, or: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(DONE) && touch $@

$(DONE)/runtime: .ci/locks/runtime.txt $(DONE)/venv
	$(BIN)/python -m pip install --quiet --require-hashes -r .ci/locks/runtime.txt
	@touch $@

# A place of its own, so that what only builds is not there when tests run.
$(DONE)/dist: .ci/locks/dist.txt $(DONE)/venv
	test -x $(DIST)/python || $(BIN)/python -m venv $(VENV)/dist
	$(DIST)/python -m pip install --quiet --require-hashes -r .ci/locks/dist.txt
	@touch $@

$(DONE)/dev: .ci/locks/dev.txt pyproject.toml $(DONE)/venv
	$(BIN)/python -m pip install --quiet --require-hashes -r .ci/locks/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@
