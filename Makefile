# `make` lists what there is. Everything is built with the dev profile unless it says otherwise.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

STAND := cargo run --quiet --package datalake-stand --
EMULATOR_TESTS = $$($(STAND) which python) -m unittest discover --start-directory deploy/local/emulator --top-level-directory deploy/local/emulator
CHART := charts/datalake-operator
# Without the SDKs, and optimised.
HISTORIES := cargo run --package datalake-operator --no-default-features --features sim --profile histories --locked --bin histories --

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## From nothing to queried rows on this machine; CONTEXT=name takes your own cluster and AWS account
	@DEMO_CONTEXT='$(or $(CONTEXT),$(DEMO_CONTEXT))' deploy/local/demo.sh up

.PHONY: demo-down
demo-down: ## Remove all that the demo made
	@DEMO_CONTEXT='$(or $(CONTEXT),$(DEMO_CONTEXT))' deploy/local/demo.sh down

.PHONY: stand
stand: ## Start a Kubernetes API server and an AWS emulator on this machine
	@$(STAND) up

.PHONY: stand-down
stand-down: ## Stop them and remove their data
	@$(STAND) down

# What fails soon comes first. `build` makes everything that the tests run, with the features that they are built with,
# so that nothing is built twice.
.PHONY: test
test: lint build test-unit test-histories programs chart test-emulator test-stand ## Everything, from unit to end to end on the stand

.PHONY: lint
lint: ## Formatting and clippy
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features --locked -- --deny warnings

.PHONY: build
build: ## Operator, kubectl plugin, stand and tests
	cargo build --workspace --all-targets --locked

.PHONY: test-unit
test-unit: ## The decisions, the adapters, the simulator, the laws of the histories, and whether generated files are up to date
	cargo test --workspace --lib --bins --locked
	cargo test --package datalake-operator --features sim --bin histories --locked
	node --test src/model/kinds/function/

.PHONY: test-histories
test-histories: ## 10,000 random lives of lakes in a simulated AWS, and each write of a lake going wrong (COUNT=n, SEED=n)
	$(HISTORIES) --count $(or $(COUNT),10000) --seed $(or $(SEED),1)

.PHONY: replay
replay: ## Tell one of the histories as a script, made short if it breaks a law (HISTORY=seed or name)
	$(HISTORIES) --replay "$(HISTORY)"

.PHONY: prove-facts
prove-facts: ## See each fact of docs/aws-facts.md guarded: the code forgets it, and a test turns red (some 50 minutes; TEXT=words)
	$$($(STAND) which python) deploy/prove-facts.py '$(TEXT)'

.PHONY: soak
soak: ## 1,000,000 random lives of lakes (COUNT=n, SEED=n); some hours
	$(HISTORIES) --count $(or $(COUNT),1000000) --seed $(or $(SEED),1000000)

.PHONY: test-stand
test-stand: ## Against real API servers and the emulator; each test starts its own stand
	RUST_TEST_THREADS=4 cargo test --workspace --test '*' --locked

.PHONY: test-emulator
test-emulator: ## Test what we mend in the AWS emulator
	$(EMULATOR_TESTS)
	$$($(STAND) which python) -m unittest discover --start-directory deploy/smoke

.PHONY: prove-mends
prove-mends: ## See each of these tests fail on the emulator as it is published
	UNMENDED=1 $(EMULATOR_TESTS)

.PHONY: bench
bench: ## Plan, AWS calls, seconds to Ready, memory, size: figures beside their goals (some 20 minutes the first time)
	cargo build --release --workspace --bin datalake-operator --bin datalake-stand --locked
	cargo build --release --workspace --bin bench-plan --features datalake-operator/sim --locked
	@bin=$${CARGO_TARGET_DIR:-target}/release; $$($$bin/datalake-stand which python) deploy/local/bench.py $$bin $(LAKES)

SMOKE = bin=$${CARGO_TARGET_DIR:-target}/debug; $$($$bin/datalake-stand which python) deploy/smoke/smoke.py

.PHONY: smoke
smoke: ## Settle in a real account what can't be proven here, see docs/smoke.md: ACCOUNT=123456789012 REGION=eu-west-1
	cargo build --workspace --bins --locked
	@$(SMOKE) run "$$bin" '$(ACCOUNT)' '$(REGION)'

.PHONY: smoke-clean
smoke-clean: ## Remove what a smoke run has left that was killed: ACCOUNT, REGION and the PREFIX that it printed
	cargo build --workspace --bins --locked
	@$(SMOKE) clean "$$bin" '$(ACCOUNT)' '$(REGION)' '$(PREFIX)'

.PHONY: smoke-rehearsal
smoke-rehearsal: ## The same run against the emulator, which proves the path
	cargo build --workspace --bins --locked
	@bin=$${CARGO_TARGET_DIR:-target}/debug; dir=$$(mktemp -d); stand="$$bin/datalake-stand --quiet --dir $$dir/stand"; \
	trap "$$stand down; rm -rf $$dir" EXIT; $$stand up --only emulator; eval "$$($$stand env)"; \
	AWS_ACCESS_KEY_ID=123456789012 SMOKE_ENDPOINT=$$AWS_ENDPOINT_URL \
	  $$($$bin/datalake-stand which python) deploy/smoke/smoke.py run $$bin 123456789012 "$$AWS_REGION"

.PHONY: chart
chart: ## Lint the chart, and render it with and without the operator
	@set -e; helm=$$($(STAND) which helm); \
	for values in operator.enabled=false image.repository=registry.example.com/datalake-operator; do \
	  $$helm lint --strict --quiet $(CHART) --set $$values; \
	  $$helm template lake $(CHART) --set $$values --set metrics.service.enabled=true --set podDisruptionBudget.enabled=true >/dev/null; \
	done; echo "$(CHART) is fine"

.PHONY: programs
programs: ## Build what the stand needs, once: Kubernetes, Helm, the emulator
	@$(STAND) which kube-apiserver
	@$(STAND) which python

.PHONY: deny
deny: ## Licences and known vulnerabilities of dependencies (needs cargo-deny)
	cargo deny --locked check

.PHONY: generate
generate: ## Write from the code: the CRD, the chart's copies of it and of the IAM policy, what is generated in docs/
	UPDATE_GENERATED=1 cargo test --quiet --lib --locked up_to_date

.PHONY: clean
clean: ## Remove what was built here; the stand's programs stay in ~/.cache/datalake-operator
	cargo clean
