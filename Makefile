# Two commands matter: `make run` and `make test`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -eu -c

PY := .venv/bin/python
WITH_SERVICES := $(PY) manage.py with_services --

# make seed TESTS=1000000 DAYS=90 SEED=7;  make bench TESTS=10000000
TESTS ?=
SEED_OPTIONS := $(if $(TESTS),--tests $(TESTS)) $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED))
TESTS_OPTION := $(if $(TESTS),--tests $(TESTS))

.PHONY: help
help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: .venv/local.stamp ## Run everything on http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(PY) manage.py up

.PHONY: test
test: .venv/dev.stamp ## Run everything that CI runs
	@.ci/need chromium w3m
	$(MAKE) --no-print-directory lint
	$(PY) -m pytest -n 2

.PHONY: lint
lint: .venv/dev.stamp ## Check style, templates and types
	@$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m djlint templates --lint --quiet
	$(PY) -m mypy

.PHONY: format
format: .venv/dev.stamp ## Format the code and repair what can be repaired
	@$(PY) -m ruff check --fix --exit-zero
	$(PY) -m ruff format

.PHONY: bench
bench: .venv/local.stamp ## Measure against the budgets (TESTS=10000000 for the big run)
	@$(WITH_SERVICES) $(PY) manage.py bench $(TESTS_OPTION)

.PHONY: soak
soak: .venv/dev.stamp ## Kill -9 everything at random while results stream in (TESTS=…)
	@$(PY) -m tests.soak $(TESTS_OPTION)

.PHONY: screenshots
screenshots: .venv/dev.stamp ## Picture every kind of page (FOLDER=…, var/screenshots by default)
	@.ci/need chromium
	FOLDER="$(FOLDER)" $(PY) -m pytest tests/browser/screenshots.py --override-ini=python_files=screenshots.py

.PHONY: seed
seed: .venv/local.stamp ## Load demo data (TESTS=… DAYS=… SEED=…)
	@$(WITH_SERVICES) $(PY) manage.py seed_demo $(SEED_OPTIONS)

.PHONY: shell
shell: .venv/local.stamp ## Open a Python shell with the models
	@$(WITH_SERVICES) $(PY) manage.py shell

.PHONY: clean
clean: ## Remove the virtual environment, caches and the embedded database
	@if [ -e var/lock ]; then
		flock --nonblock var/lock true || { cat var/lock; echo "Stop that first."; exit 1; }
		for place in run public; do
			[ ! -L "var/$$place" ] || rm -rf "$$(readlink "var/$$place")"
		done
	fi
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			$$python -m venv .venv || { rm -rf .venv; echo "Install python3-venv first."; exit 1; }
			exit 0
		fi
	done
	echo "Treewatch needs Python 3.11 or newer."
	exit 1

# A stamp is written when an installation is complete: an interrupted one is repeated.
.venv/%.stamp: requirements.txt requirements-local.txt requirements-dev.txt | .venv/bin/python
	@echo "Installing requirements-$*.txt …"
	$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements-$*.txt
	touch $@
