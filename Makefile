# Two commands: `make demo` shows the whole thing, `make test` runs the whole suite.

PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && { echo $$p; exit; }; done)
VENV := .venv
RUN := $(VENV)/bin
CONSTRAINTS := constraints.txt

.PHONY: demo test lint pytest check docs clean constraints

demo: $(VENV)/.installed
	$(RUN)/monitor demo

# the type check keeps one core busy, and need not be waited for
test: $(VENV)/.installed-dev
	$(MAKE) --jobs=2 lint pytest

# the processes share the cores, so threads of theirs would only wait for each other; they share what was compiled; and
# there is one more than there are cores, as tests wait a third of their time: for servers, browsers, other processes
PROCESSES = $$(($$(getconf _NPROCESSORS_ONLN) + 1))
pytest: $(VENV)/.installed-dev
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(RUN)/pytest --numprocesses $(PROCESSES) --dist worksteal

check: test

lint: $(VENV)/.installed-dev
	$(RUN)/ruff format --check
	$(RUN)/ruff check
	$(RUN)/mypy

docs: $(VENV)/.installed-dev
	NO_MKDOCS_2_WARNING=1 $(RUN)/python -m mkdocs build --strict

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed; none was found" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	$(RUN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	$(RUN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --editable '.[dev]'
	touch $@ $(VENV)/.installed

# Resolve every version again, for all supported systems; pip and the index in use are the caller's own.
EVERYWHERE := python_full_version < '3.13' and (sys_platform == 'darwin' or sys_platform == 'linux' or sys_platform == 'win32')
constraints: $(VENV)/bin/python
	$(RUN)/python -m pip install --quiet uv
	$(RUN)/uv pip compile pyproject.toml --extra dev --extra postgresql --universal --fork-strategy fewest --python-version 3.11 \
		--upgrade --quiet --no-annotate --no-header --no-emit-index-url --output-file $(CONSTRAINTS)
	sed -i "s/ ; $(EVERYWHERE)$$//" $(CONSTRAINTS)

clean:
	rm -rf $(VENV) demo
