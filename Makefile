# Everything a developer does here. `run`, `test` and the others set themselves up: Python 3.11 or later is all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNNABLE := $(VENV)/.runnable
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test check ruff mypy bandit docs pictures dynoxide audit defects fuzz e2e package has-bucket deploy destroy verify-deploy bench clean
STAGE ?= dev
STACK ?= rosetta-$(STAGE)

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: $(RUNNABLE) ## serve on this machine: PORT=8000, SEED=file.json, ENGINE=moto or dynoxide
	@exec $(BIN)/python -m local

# Python keeps what it has compiled, tests included, even where the machine says it should not.
test check e2e verify-deploy: export PYTHONDONTWRITEBYTECODE =

test: $(READY) ## run the tests, or those of FOLDER=tests/http
	@$(if $(FOLDER),,echo "All tests: about six minutes on two cores. One part: make test FOLDER=tests/http")
	$(BIN)/python -m pytest -n logical $(FOLDER)

check: $(READY) ## check format, lint, types, tests with branch coverage, and packaging: all that CI asks
	$(MAKE) --no-print-directory --jobs=3 mypy ruff bandit
	$(BIN)/python -m pytest -n logical --cov --cov-report=term --cov-fail-under=100
	$(MAKE) package STAGE=dev
	@echo "make check: all is well"

ruff: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

mypy: $(READY)
	$(BIN)/mypy

bandit: $(READY)
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app.py chalicelib deploy local rosetta

docs: $(READY) ## write what the page about the command line says of its options
	$(BIN)/python -m rosetta reference docs/command-line.md

pictures: $(READY) ## take the pictures of README and docs anew: needs Chromium and curl
	$(BIN)/python -m tests.e2e.pictures

dynoxide: $(READY) ## fetch a second DynamoDB, which the promises of storage are then tested with too: needs npm
	$(BIN)/python -c "from local import dynoxide, state; dynoxide.install(state.local_dir())"

audit: $(READY) ## look for known vulnerabilities in what is used, at the package index's advisories
	$(BIN)/pip-audit --strict --disable-pip --no-deps --requirement requirements.txt
	$(BIN)/pip-audit --strict --disable-pip --no-deps --requirement requirements-dev.txt

defects: $(READY) ## seed defects into a copy, one at a time; the tests must catch each: a quarter of an hour
	$(BIN)/python -m tests.defects

fuzz: $(READY) ## send some 20,000 random requests: FUZZ_SEED=number repeats those of a run that printed it
	@seed=$${FUZZ_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "FUZZ_SEED=$$seed"; \
	FUZZ=nightly $(BIN)/python -m pytest -n 2 --hypothesis-seed=$$seed tests/fuzz

e2e: $(READY) ## run the published clients against a local server
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder -m e2e tests/e2e

package: $(READY) ## make what is deployed, for CloudFormation and Terraform: STAGE=dev or prod
	$(BIN)/python -m deploy package --stage $(STAGE) --out build

deploy: has-bucket package ## deploy it by CloudFormation: STAGE=dev or prod, BUCKET=one for the code
	aws cloudformation package --template-file build/cloudformation/$(STAGE)/template.json --s3-bucket $(BUCKET) \
	    --s3-prefix $(STACK) --use-json --output-template-file build/cloudformation/$(STAGE)/packaged.json
	aws cloudformation deploy --template-file build/cloudformation/$(STAGE)/packaged.json --stack-name $(STACK) \
	    --s3-bucket $(BUCKET) --s3-prefix $(STACK) --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset $(DEPLOY_OPTIONS)

has-bucket:
	@test -n "$(BUCKET)" || { echo "BUCKET must name a bucket of yours, for the code" >&2; exit 2; }

destroy: ## remove what was deployed, but not the tables and the bucket: STAGE=dev or prod
	@[ "$(STAGE)" != prod ] || { printf 'Type $(STACK) to remove it: '; read -r typed && [ "$$typed" = "$(STACK)" ]; }
	aws cloudformation delete-stack --stack-name $(STACK)
	aws cloudformation wait stack-delete-complete --stack-name $(STACK)

verify-deploy: $(READY) ## deploy it on this machine, and run it from its bundle
	END_WITH_PARENT=1 $(BIN)/python -m pytest -m loopback tests/loopback

bench: $(READY) ## print the measurements, beside those of BESIDE=revision; TIMES=2 is quick, and unsteady
	set -e; for script in bench/*.py; do PYTHONPATH=. $(BIN)/python $$script; done

clean: ## remove everything that was made here
	rm -rf $(VENV) .local build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .chalice/deployments
	find . -name __pycache__ -prune -exec rm -rf {} +

PIP := $(BIN)/python -m pip install --disable-pip-version-check

# The list has all that it needs, and not what its packages need for other things: nothing else is installed.
$(RUNNABLE): requirements.txt requirements-run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: set PYTHON")'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing $$(cat $^ | grep -c ==) packages to run it into $(VENV), about a minute"
	$(PIP) --no-deps -r requirements-run.txt
	$(PIP) --quiet --no-deps --editable .
	@touch $@

$(READY): $(RUNNABLE) requirements-dev.txt
	@echo "Installing $$(grep -c == requirements-dev.txt) more packages to test it and to work on it, some minutes"
	$(PIP) -r requirements-dev.txt
	@touch $@
