# `make demo` and `make test` do all their own set-up; the scripts behind each target are in .ci/.
.DEFAULT_GOAL := help
.PHONY: help demo test conformance mutants bench fuzz valgrind soak load lint fmt docs rust python kotlin swift clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Install the Python package into .venv and show it at work against the sandbox
	@.ci/python demo

test: ## Run the tests of all four languages and count them
	@.ci/test rust python kotlin swift conformance

conformance: ## Play the conformance cases in all languages, and compare
	@.ci/conformance

mutants: ## Plant faults in copies of the tree, and see that the conformance cases find them
	@.ci/mutants

rust: ## Run the tests of the core, the sandbox and the bindings
	@.ci/test rust

python: ## Build the Python package, run its tests and check its types
	@.ci/test python

kotlin: ## Generate the Kotlin bindings, build the library and run its tests
	@.ci/test kotlin

swift: ## Generate the Swift bindings, build the package and run its tests
	@.ci/test swift

bench: ## Measure speed side by side with other HTTP clients (a table, not a test)
	@.ci/bench

soak: ## Stream under random faults, and account for every frame, for MINUTES=10
	@.ci/soak "$(or $(MINUTES),10)" $(SEED)

load: ## Ten times the limit, 200 clients with one token, and 50,000 chargers for MINUTES=10
	@.ci/load "$(or $(MINUTES),10)"

fuzz: ## Look for messages, replies and blocks of rows that are misread, for SECONDS=60 each
	@.ci/fuzz "$(or $(SECONDS),60)"

valgrind: ## Watch each byte of memory while the exported functions are called
	@.ci/valgrind

lint: ## Check format, lints, docs, shell scripts and dependencies
	@.ci/lint

fmt: ## Format the Rust and Python sources
	@.ci/lint --fix

docs: ## Build the site about the Python package into target/docs
	@.ci/python docs

clean: ## Remove everything that a build made in this checkout
	@.ci/clean
