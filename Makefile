# Everything a person or a machine does with this project, by name. `make` alone lists it.
# A rule is one line here; what it does to the outside world is in Tools/.

PREFIX ?= $(HOME)/.local
SHELL := /bin/bash

.DEFAULT_GOAL := help
.PHONY: help setup demo build test test-page parity fuzz test-neon bench format lint clean install uninstall

help: ## List these targets
	@echo 'pulse: realistic faces that downscale to a tiny one'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install what is missing, fetch the default model, build, and import the model
	@Tools/setup.sh

demo: ## Do the whole road on a sample photograph, into demo/
	@Tools/setup.sh
	@Tools/demo.sh

build: ## Build the command-line tool in release
	@swift build --configuration release --product pulse

test: ## Set up as above and run every test
	@Tools/test.sh

test-page: ## Go through the page of `pulse serve` in a real browser
	@Tools/test-page.sh

parity: ## Compare whole searches on a random StyleGAN with what the original PULSE recorded
	@Tools/parity.sh

fuzz: ## Feed the readers of weights damaged and malicious files, for some minutes
	@Tools/fuzz.sh

test-neon: ## Run the kernels' test for AArch64 under emulation; `make test` does where it can
	@Tools/packages.sh checks
	@Tools/test-kernels.sh neon

bench: ## Time every layer, pass and search step here and in PyTorch and OpenVINO
	@Tools/bench.sh

format: ## Rewrite the Swift and C sources in the project's format
	@Tools/format.sh

lint: ## Check the format and the project's own rules without changing anything
	@Tools/lint.sh

clean: ## Remove what was built here; models, samples and results stay
	@rm -rf .build .build-test .build-fuzz

install: ## Put pulse on the path: make install [PREFIX=~/.local]
	@Tools/install.sh '$(PREFIX)'

uninstall: ## Remove what install put there: make uninstall [PREFIX=~/.local]
	@Tools/install.sh --remove '$(PREFIX)'
