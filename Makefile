# Every target sets up what it needs; nothing but Python 3.11+ and make is expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONPATH := $(CURDIR)

.PHONY: demo run test proofs check clean

demo: $(READY)  ## one photo and one request become one film
	@$(BIN)/python -m infra.local.demo

run: $(READY)  ## the whole cloud on this machine, until Ctrl-C (PORT=8081 for another port)
	@$(BIN)/python -m infra.local $(if $(PORT),--port $(PORT))

test: $(READY)  ## everything that proves it
	@$(BIN)/python -m pytest -q -n 3 --dist loadgroup -m "not long"

proofs: $(READY)  ## the proofs that take their time: crash loops, the model, storms
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m long

check: $(READY)  ## lints, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:  ## forget the environment and the laptop's data
	rm -rf $(VENV) .abroll demo

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "abroll needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what abroll needs into $(VENV) (once, about a minute)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
