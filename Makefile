STAND := cargo run --quiet --package datalake-stand --
EMULATOR_TESTS = $$($(STAND) which python) -m unittest discover --start-directory deploy/local/emulator --top-level-directory deploy/local/emulator

.PHONY: stand
stand: ## Start a Kubernetes API server and an AWS emulator on this machine
	@$(STAND) up

.PHONY: stand-down
stand-down: ## Stop them and remove their data
	@$(STAND) down

.PHONY: test-emulator
test-emulator: ## Test what we mend in the AWS emulator
	$(EMULATOR_TESTS)

.PHONY: prove-mends
prove-mends: ## See each of these tests fail on the emulator as it is published
	UNMENDED=1 $(EMULATOR_TESTS)
