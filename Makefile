# The two commands to know are `make run` and `make test`; `make` alone lists all of them.
# Everything is installed into .venv on the first use; PYTHON names another interpreter.

PYTHON ?= python3
PY := .venv/bin/python
CHECKED := app.py chalicelib tools
GET_PYTHON := Debian 12: apt install python3 python3-venv; macOS: brew install python

.DEFAULT_GOAL := help
.PHONY: help ready run test check rehearse corpus package prove bench clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What every command below needs. Well under a second when all of it is there.
ready:
	@command -v $(PYTHON) > /dev/null || { \
	  echo "There is no $(PYTHON) here. Huifang needs Python 3.11 or newer: $(GET_PYTHON)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1); Huifang needs 3.11 or newer: $(GET_PYTHON)," >&2; \
	  echo "or name another: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -m tools.setup

run: ready  ## everything locally: service, simulator, sample months; Ctrl-C ends it
	@exec $(PY) -m tools run

test: ready  ## all tests but those of the package
	@$(PY) -m pytest -n 2 --dist loadfile

check: ready  ## lint, format, types and the layers
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy $(CHECKED)
	@.venv/bin/lint-imports

rehearse: ready  ## two units, two months on a moved clock, and the money recomputed; some minutes
	@$(PY) -m tools rehearse

corpus: ready  ## replies as people write them, and how each is read
	@$(PY) -m tools corpus

package: ready  ## build build/package, lint its template, prove its zip under AWS's runtime
	@$(PY) -m tools.package
	@$(PY) -m pytest -m package

bench: ready  ## measure close, draw and reply beside bare calls, with the goals
	@$(PY) -m tools bench

# Named by the interfaces and not built yet: give one its `## …` when its module arrives.
prove: ready
	@test -e tools/$@.py || { echo "make $@ is not built yet: there is no tools/$@.py." >&2; exit 2; }
	@$(PY) -m tools $@

clean:  ## remove what the other commands made: packages, caches, local data, builds
	rm -rf .venv build var .chalice/deployments .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find chalicelib/locales -name '*.mo' -delete
