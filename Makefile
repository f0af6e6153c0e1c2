# Every target sets up what it needs; nothing but Python 3.11+ and make is expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONPATH := $(CURDIR)
unexport PYTHONDONTWRITEBYTECODE  # as images set it: every process of ours would compile all it imports, 3.7 s for 1.1

.DEFAULT_GOAL := help
.PHONY: help demo run test proofs check generate clean

help:  ## what can be made
	@sed -nE 's/^([a-z]+):.*  ## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(READY)  ## one photo and one request become one film
	@$(BIN)/python -m infra.local.demo

run: $(READY)  ## the whole cloud on this machine, until Ctrl-C (PORT=8081 for another port)
	@$(BIN)/python -m infra.local $(if $(PORT),--port $(PORT))

test: $(READY)  ## everything that proves it
	@$(BIN)/python -m pytest -q -n 3 --dist loadgroup --no-loadscope-reorder -m "not long" --durations 30 --durations-min 5

proofs: $(READY)  ## the proofs that take their time: crash loops, the model, storms
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup --no-loadscope-reorder -m long --durations 15 --durations-min 5

check: $(READY)  ## lints, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

generate: $(READY)  ## every file that is printed from the code
	@$(BIN)/python -m infra.glyphs --write
	@$(BIN)/python -m infra.openapi --write
	@$(BIN)/python -m infra.client_types --write
	@$(BIN)/python -m infra.reference --write
	@$(BIN)/python -m infra.readme --write

clean:  ## forget the environment and the laptop's data
	rm -rf $(VENV) .abroll demo

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "abroll needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what abroll needs into $(VENV) (once, about a minute)"
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
