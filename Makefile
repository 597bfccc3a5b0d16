# The same recipes run on a laptop and in CI. Everything is put into .venv/ and .cache/; nothing global changes.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: setup demo test test-drill test-long lint format docs bench bench-audit bench-drill bench-pack bench-stacks compare record clean
.DEFAULT_GOAL := help

help:
	@echo "make setup   the virtual environment in .venv/ (about a minute)"
	@echo "make demo    judge bundled input; bring the reference stack up on a laptop cloud; drill a restore (builds the Pulumi engine once, about 5 minutes)"
	@echo "make test    all tests (about thirteen minutes; builds the Pulumi engine and a stand-in Terraform provider once)"
	@echo "make test-drill  of these only restore drills, on real PostgreSQL 15 and 18 (about five minutes)"
	@echo "make test-long   all tests with every seed and every moment of a kill (an hour and more)"
	@echo "make lint    ruff, mypy --strict, generated docs"
	@echo "make docs    write docs/rules, docs/cli.md and the schemas anew"
	@echo "make bench   every bench: beside Checkov, plain Pulumi, and the bare restore tools (about an hour; BENCH=--quick: ten minutes)"
	@echo "make bench-stacks  components beside plain Pulumi resources (about ten minutes; BENCH=--quick: two)"
	@echo "make bench-pack  what the policy pack adds to a preview of 500 resources (about five minutes; BENCH=--quick: two)"
	@echo "make bench-audit  an audit of 10,000 buckets and 2,000 databases, and of a tenth of it (about ten minutes; BENCH=--quick: one)"
	@echo "make bench-drill   a drill's restore beside the bare tools, and each rung, on a gigabyte (about twenty minutes; BENCH=--quick: two)"
	@echo "make compare the same small cases through us and Checkov (about four minutes); COMPARE=--peers for Trivy and KICS, too"
	@echo "make record  record Pulumi previews anew (builds the engine once, about five minutes)"

setup: $(STAMP)

$(STAMP): pyproject.toml requirements-dev.txt
	@echo "setting up .venv (about a minute, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@ln -sfn ../.venv policies/venv
	@touch $@

demo: setup
	@$(BIN)/python tools/demo.py
	@$(BIN)/python tools/demo_cloud.py
	@$(BIN)/python tools/demo_drill.py

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q $(PYTEST)

test-drill: setup
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q tests/drill $(PYTEST)

test-long: setup
	@RECOVERABLE_LONG=1 $(BIN)/python -m pytest -n 2 --dist loadgroup -q $(PYTEST)

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python tools/generate.py --check

format: setup
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

docs: setup
	@$(BIN)/python tools/generate.py

bench: setup
	@$(BIN)/python tools/bench/run.py $(BENCH)
	@$(BIN)/python tools/bench/checks.py $(if $(findstring --quick,$(BENCH)),--quick)
	@$(BIN)/python tools/bench/stacks.py $(BENCH)
	@$(BIN)/python tools/bench/policy_pack.py $(BENCH)
	@$(BIN)/python tools/bench/audit.py $(if $(findstring --quick,$(BENCH)),--quick)
	@$(BIN)/python tools/bench/drill_rungs.py $(if $(findstring --quick,$(BENCH)),--quick)
	@$(BIN)/python tools/bench/drill.py $(if $(findstring --quick,$(BENCH)),--quick)

bench-pack: setup
	@$(BIN)/python tools/bench/policy_pack.py $(BENCH)

bench-stacks: setup
	@$(BIN)/python tools/bench/stacks.py $(BENCH)

bench-audit: setup
	@$(BIN)/python tools/bench/audit.py $(BENCH)

bench-drill: setup
	@$(BIN)/python tools/bench/drill_rungs.py $(if $(findstring --quick,$(BENCH)),--quick)
	@$(BIN)/python tools/bench/drill.py $(BENCH)

compare: setup
	@$(BIN)/python tools/compare/run.py $(COMPARE)
	@$(BIN)/python tools/compare/drill_peers.py

record: setup
	@$(BIN)/python tools/record.py

clean:
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache
