# make run: start everything.   make test: check everything.
# Both need Python 3.11 or newer and a network to a package index, nothing else.

PYTHON ?= python3
BIN := .venv/bin
# The environment's own node and bun come before the system's.
WITH_PATH := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: run test check format bench
.DEFAULT_GOAL := run

run:
	@$(PYTHON) tools/environment.py requirements.txt
	@exec $(BIN)/python -m xobito_app run

test: check
	@browser="$$($(BIN)/python tools/chromium.py)" && \
		$(WITH_PATH) CHROMIUM="$$browser" $(BIN)/python -m pytest \
		-n auto --dist loadgroup

check:
	@$(PYTHON) tools/environment.py requirements-dev.txt
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(WITH_PATH) PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/python -m pyright

format:
	@$(PYTHON) tools/environment.py requirements-dev.txt
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench:
	@$(PYTHON) tools/environment.py requirements-dev.txt
	$(WITH_PATH) $(BIN)/python -m bench
