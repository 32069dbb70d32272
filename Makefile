# `make run` opens the studio, `make test` runs every test; both create .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check env bench format lock clean

run:
	@$(PYTHON) scripts/bootstrap.py run

test:
	@$(PYTHON) scripts/bootstrap.py test

env:
	@$(PYTHON) scripts/bootstrap.py env

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q tests/graph tests/runtime tests/ui

bench: env
	@$(BIN)/python -m bench

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	uv export --all-groups --no-emit-project --format requirements-txt --no-header -o requirements.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
