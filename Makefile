# The project's verbs. `make help` lists them; every one can be repeated without harm.
# State lives under var/, which git ignores.

SHELL := /bin/bash
.DEFAULT_GOAL := help

export PYTHONPATH := plugins
# The tools must never see the byte-code switch of a shell: without byte code every task starts seconds later.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := var/environment/bin/python
CREDIT_GRADING := $(PYTHON) -m credit_grading
SUITES ?= unit sql dag gate sharing e2e browser
SUBJECTS ?= 3500000
# a city's records grow with its subjects
RECORDS ?= $$(( $(SUBJECTS) * 60 / 7 ))
FIRMS ?= 20000
ROWS ?= 1000000
SECONDS ?= 60
SAMPLE ?= 60
SEED ?= 1
REAL ?=

.PHONY: help demo up down test mutation fuzz bench bench-flow bench-landing bench-parse bench-release lint docs acceptance \
	environment test-environment lint-environment bench-environment lock clean

help:  ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: environment  ## run the whole flow once: a small city's feeds to published grades
	@$(CREDIT_GRADING) demo

up: environment  ## keep Postgres and the Airflow pages running; prints address and login
	@$(CREDIT_GRADING) up

down:  ## stop what `make up` started
	@if [ -x $(PYTHON) ]; then $(CREDIT_GRADING) down; else echo "nothing to stop: there is no environment yet"; fi

test: test-environment  ## run every suite (SUITES="unit sql" runs some)
	@scripts/test.sh $(SUITES)

mutation: test-environment  ## break the evaluation's SQL one place at a time: make mutation SAMPLE=60 SEED=1
	@$(PYTHON) -m tests.mutation --sample $(SAMPLE) --seed $(SEED)

fuzz: test-environment  ## feed every parser what nobody would write: make fuzz SECONDS=60 (for each target)
	@FUZZ_SECONDS=$(SECONDS) $(PYTHON) -m pytest -q tests/unit/test_fuzz_*.py

bench: environment bench-environment  ## compare the evaluation with others: make bench SUBJECTS=100000
	@scripts/bench.sh evaluation $(SUBJECTS) $(RECORDS)

bench-flow: environment  ## time each stage on a fresh city: make bench-flow FIRMS=20000
	@scripts/bench.sh flow $(FIRMS)

bench-parse: environment  ## time Airflow's parse of the DAG folder
	@scripts/bench.sh parse

bench-landing: environment  ## compare receiving with a bare COPY: make bench-landing ROWS=1000000
	@scripts/bench.sh landing $(ROWS)

bench-release: environment  ## time what follows the evaluation: make bench-release SUBJECTS=100000
	@scripts/bench.sh release $(SUBJECTS) $(RECORDS)

lint: test-environment lint-environment  ## check Python, types, SQL, YAML, Docker files and the house rules
	@scripts/lint.sh

docs: environment  ## build the models' page with lineage and contracts: var/docs/models.html
	@scripts/docs.sh

acceptance: environment  ## recompute real published scores: make acceptance REAL=<folder>
	@[ -n "$(REAL)" ] || { echo "say where the real files are: make acceptance REAL=<folder>"; exit 2; }
	@$(CREDIT_GRADING) acceptance "$(REAL)"

environment:  ## create or refresh the one Python environment under var/environment
	@scripts/environment.sh var/environment requirements.txt

test-environment:
	@scripts/environment.sh var/environment requirements.txt requirements-test.txt

lint-environment:
	@scripts/environment.sh var/lint requirements-lint.txt

bench-environment:
	@scripts/environment.sh var/bench-environment requirements-bench.txt

lock: lint-environment  ## recompile the hashed requirement files from requirements*.in
	@scripts/lock.sh

clean: down  ## remove all state and environments under var/
	@scripts/clean.sh
