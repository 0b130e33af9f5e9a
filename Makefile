# `make` alone lists the targets. Works with GNU make 3.81 (macOS) and later; nothing but Python 3.11+ is expected.

VENV := .venv
PY := $(VENV)/bin/python
# A lock names everything, so pip looks for nothing else. Without --no-deps the pip of Debian 12 (23.0.1) meets
# "coverage[toml]>=7", forgets the pin of coverage, and wants the newest. install.py says what to do when pip fails.
PIP := $(PY) requirements/install.py --no-deps --require-hashes
PORT ?= 8000
ARGS ?=

# For checks only: settings that need no .env and touch no database of yours.
BARE := env HUB_ENV_FILE= DJANGO_DEBUG=1 DATABASE_URL=sqlite://:memory: QUEUE_BROKER=orm

.DEFAULT_GOAL := help
.PHONY: help venv venv-demo venv-dev demo test run install uninstall containers-test bench bench-smoke lint format messages pictures pins wheels audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

$(PY):
	@set -e; python=; \
	for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or later was not found. Debian/Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python."; \
	  echo "If it has another name: make PYTHON=/path/to/python3 ..."; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	  echo "$$python can't make virtual environments: its venv module is missing. Debian/Ubuntu: sudo apt install python3-venv"; exit 1; \
	fi; \
	echo "Making the virtual environment $(VENV) with $$python"; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); echo "The virtual environment could not be made (see above)."; exit 1; }

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "Installing what the hub needs (requirements.txt)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-demo: requirements.txt requirements/demo.txt | $(PY)
	@echo "Installing what the hub and its sandbox need (requirements.txt, requirements/demo.txt)"
	@$(PIP) -r requirements.txt -r requirements/demo.txt
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: requirements.txt requirements/dev.txt | $(PY)
	@echo "Installing what the hub, its sandbox and its tests need (requirements.txt, requirements/dev.txt)"
	@$(PIP) -r requirements.txt -r requirements/dev.txt
	@touch $@ $(VENV)/.installed $(VENV)/.installed-demo

venv: $(VENV)/.installed ## make .venv with what the hub needs to run
	@:

venv-demo: $(VENV)/.installed-demo ## the same, with what the demo's invented systems need
	@:

venv-dev: $(VENV)/.installed-dev ## the same, with the tools for the tests and the checks
	@:

demo: venv-demo ## see the hub at work with a small law firm and invented systems; Ctrl-C ends it
	@$(PY) manage.py demo $(ARGS)

test: venv-dev ## run all tests: on SQLite, then on PostgreSQL and Redis if installed (ARGS="-k name" goes to pytest)
	@$(PY) -m tests $(ARGS)

run: venv ## web server and workers for real systems, with the settings of .env (PORT=8000)
	@file="$${HUB_ENV_FILE-.env}"; if [ -n "$$file" ] && [ ! -f "$$file" ]; then \
	  echo "There is no $$file yet. Copy .env.example to it and fill in your systems; every setting is explained there."; \
	  echo "(To see the hub at work without real systems: make demo)"; exit 1; \
	fi
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py collectstatic --no-input --verbosity 0
	@$(PY) manage.py setup_schedules
	@$(PY) manage.py run --port $(PORT) $(ARGS)

PREFIX ?= /opt/bitbylaw

install: ## put the hub onto this machine under systemd (as root; PREFIX=/opt/bitbylaw; ARGS=--dry-run only says what)
	@deploy/install --prefix $(PREFIX) $(ARGS)

uninstall: ## take it away again; settings and data stay (as root)
	@deploy/install --prefix $(PREFIX) --uninstall $(ARGS)

containers-test: venv-dev ## build the image and try its services as real containers (needs podman; 10 minutes, root)
	@$(PY) -m pytest -ra tests/containers $(ARGS)

bench: venv-dev ## measure (takes a while; ARGS go to the benchmarks)
	@$(PY) -m tests.benchmarks $(ARGS)

bench-smoke: venv-dev ## run every benchmark once, very short: proves that they work, measures nothing
	@$(PY) -m tests.benchmarks --smoke $(ARGS)

lint: venv-dev ## style, types, architecture, forgotten migrations
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(BARE) $(VENV)/bin/mypy
	@$(BARE) $(VENV)/bin/lint-imports
	@$(BARE) $(PY) manage.py makemigrations --check --dry-run

format: venv-dev ## let ruff sort imports and format
	@$(VENV)/bin/ruff check --select I --fix .
	@$(VENV)/bin/ruff format .

messages: venv-dev ## bring the German catalogue in step with the texts of the program (needs gettext)
	@$(PY) -m tests.catalogue

pictures: venv-dev ## take the pictures of docs/images anew, of the demo (needs Chromium; ARGS="start search" takes some)
	@$(PY) -m tests.pictures $(ARGS)

UPGRADE ?= --upgrade
COMPILE = $(UV) pip compile --quiet $(UPGRADE) --generate-hashes --universal --no-strip-extras --no-emit-index-url \
	--python-version 3.11 --custom-compile-command "make pins"
UV = $(shell command -v uv || echo $(VENV)/bin/uv)

pins: ## take the newest versions into requirements.txt and requirements/ (needs uv; UPGRADE= keeps what is pinned)
	@$(UV) --version >/dev/null 2>&1 || { echo "make pins needs uv (pip install uv)."; exit 1; }
	@$(COMPILE) requirements/run.in -o requirements.txt
	@$(COMPILE) requirements/demo.in -o requirements/demo.txt
	@$(COMPILE) -c requirements/demo.txt requirements/dev.in -o requirements/dev.txt
	@$(COMPILE) requirements/audit.in -o requirements/audit.txt

wheels: | $(PY) ## prove that what is pinned exists ready-made for other Pythons too (loads 150 MB for each)
	@for python in 3.12 3.13 3.14; do \
	  echo "Looking for everything that is pinned, for Python $$python"; \
	  $(PIP) --dry-run --target $(VENV)/nothing --only-binary=:all: --python-version $$python \
	    -r requirements.txt -r requirements/dev.txt || exit 1; \
	done

$(VENV)/audit/.installed: requirements/audit.txt | $(PY)
	@echo "Installing what looks for known vulnerabilities (requirements/audit.txt)"
	@$(PY) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python requirements/install.py --no-deps --require-hashes -r requirements/audit.txt
	@touch $@

audit: $(VENV)/audit/.installed ## ask osv.dev whether anything that is pinned has a known vulnerability
	@$(VENV)/audit/bin/python requirements/audit.py $(ARGS)

clean: ## remove the virtual environment and everything that tools left (not your data)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov staticfiles
