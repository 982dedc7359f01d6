# `make serve` and `make test` set themselves up; see README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# The log: sqlite, embedded-postgres or a postgresql:// URL; empty for the one last served, at first SQLite.
LOG ?= $(COLLOQUY_LOG)
# Brokers (host:port,…) that the log is relayed to; empty for none.
KAFKA ?= $(COLLOQUY_KAFKA)

# A server is a dozen processes that import the same modules: without bytecode each of them compiles all anew, and the
# start takes half as long again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test check bench setup browser clean

serve: $(VENV)/base.done $(if $(filter embedded-postgres,$(LOG)),$(VENV)/postgres.done)
	COLLOQUY_LOG="$(LOG)" COLLOQUY_KAFKA="$(KAFKA)" $(BIN)/python -m edge serve --host $(HOST) --port $(PORT)

test: $(VENV)/test.done browser
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/test.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/test.done
	$(BIN)/python -m bench $(ARGS)

setup: $(VENV)/test.done

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" uv

$(VENV)/base.done: pyproject.toml constraints.txt | $(BIN)/uv
	@echo "Installing the packages (about 1 GB, once)"
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r pyproject.toml -c constraints.txt
	touch $@

$(VENV)/postgres.done: $(VENV)/base.done
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r pyproject.toml --extra postgres -c constraints.txt
	touch $@

$(VENV)/test.done: $(VENV)/base.done
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r pyproject.toml --extra postgres --extra analytics --extra datasets --extra training --extra test -c constraints.txt
	touch $@

# The browser tests want a Chromium; where none can be installed they skip and say so.
browser:
	@command -v chromium google-chrome >/dev/null || [ -n "$$COLLOQUY_CHROMIUM" ] || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  echo "No Chromium: the browser tests will skip. Install it, or name one in COLLOQUY_CHROMIUM."

clean:
	rm -rf $(VENV)
