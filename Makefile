STAND := cargo run --quiet --package datalake-stand --

.PHONY: stand
stand: ## Start a Kubernetes API server and an AWS emulator on this machine
	@$(STAND) up

.PHONY: stand-down
stand-down: ## Stop them and remove their data
	@$(STAND) down

.PHONY: test-emulator
test-emulator: ## Test what we mend in the AWS emulator
	@$(STAND) test-emulator
