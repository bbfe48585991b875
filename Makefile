# Two commands for newcomers: `make run` and `make test`. Everything is installed into this folder; nothing needs root.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
SOURCES := $(shell find src/bina -not -path '*/static/*' \( -name '*.html' -o -name '*.css' -o -name '*.js' -o -name '*.po' -o -name '*.py' \) 2>/dev/null)

.PHONY: run test check fix bench docs messages lock clean

run: build/runtime.done build/assets.done ## install, build, migrate, load the demo agencies, serve
	@$(BIN)/bina up

test: build/dev.done build/assets.done ## everything: unit, property, journeys, contracts, browser; on SQLite and PostgreSQL
	@$(BIN)/python -m tools.run_tests $(ARGS)

check: build/dev.done build/assets.done ## format, lint, types, import contracts, migrations, generated docs, translations
	@$(BIN)/python -m tools.check

fix: build/dev.done ## put format and order right, write the generated docs and catalogues anew
	@$(BIN)/ruff check --fix --quiet src tests tools benchmarks manage.py || true
	@$(BIN)/ruff format --quiet src tests tools benchmarks manage.py
	@$(BIN)/python -m tools.messages update
	@$(BIN)/python -m tools.reference write

docs: build/dev.done ## write the generated references anew
	@$(BIN)/python -m tools.reference write

bench: build/dev.done build/assets.done ## measure; results go to benchmarks/output, see benchmarks/README.md
	@$(BIN)/python -m benchmarks.run $(ARGS)

lock: $(BIN)/uv ## resolve the dependencies anew and write them, with hashes, to requirements/
	@$(BIN)/uv lock --quiet
	@$(BIN)/uv export --quiet --no-emit-project --no-emit-index-url --no-header --no-annotate --no-dev -o requirements/runtime.txt >/dev/null
	@$(BIN)/uv export --quiet --no-emit-project --no-emit-index-url --no-header --no-annotate -o requirements/dev.txt >/dev/null

clean: ## remove what was built (keeps data/)
	rm -rf build node_modules $(VENV) src/bina/design/static/bina

$(BIN)/uv:
	@echo "Preparing the Python environment …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Bina needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

build/runtime.done: requirements/runtime.txt tools/link.py | $(BIN)/uv
	@mkdir -p build
	@echo "Installing packages …"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/runtime.txt
	@$(BIN)/python tools/link.py
	@touch $@

build/dev.done: requirements/dev.txt build/runtime.done
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

build/node.done: package-lock.json | build/runtime.done
	@echo "Installing front-end packages …"
	@bash tools/node.sh npm ci --silent --no-fund --no-audit
	@touch $@

build/assets.done: build/node.done build/runtime.done $(SOURCES)
	@echo "Building styles, scripts and catalogues …"
	@bash tools/node.sh node src/bina/design/build.js 2>/dev/null || bash tools/node.sh node src/bina/design/build.js
	@$(BIN)/python -m tools.messages compile
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@
