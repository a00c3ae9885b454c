# The only door. What a target does is in scripts/ and tools/.
.DEFAULT_GOAL := help
.PHONY: help demo up down status logs tillstream test check bench bench-quick chaos chaos-long chaos-mutants fuzz docs fmt setup
DEVSTACK := exec .venv/bin/python -m devstack

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## Start everything, buy something, show the milliseconds, stay up until Ctrl-C (ONCE=1 ends after the purchase)
	@$(DEVSTACK) demo $(if $(filter-out 0,$(ONCE)),--once)

up: setup ## Start everything and leave it running; settings come from the environment and .env
	@$(DEVSTACK) up

down: setup ## Stop everything
	@$(DEVSTACK) down

status: setup ## What runs, since when, with how much memory
	@$(DEVSTACK) status

logs: setup ## What the programs say, until Ctrl-C (ONLY="order-service notifier" for some of them)
	@$(DEVSTACK) logs $(ONLY)

tillstream: setup ## What an operator does by hand, in the house that runs (ARGS="parked list"; docs/recovery.md)
	@$(DEVSTACK) tillstream $(ARGS)

test: setup ## All tests: Python, browser code, and the stories in a real browser
	@exec scripts/test $(ARGS)

check: setup ## Formatting, lint, types, import rules, compatibility of the schemas, holes and licences of dependencies
	@exec scripts/check

bench: setup ## Side by side with what one would build instead; keeps its figures (ARGS="--only ingest --repetitions 10")
	@exec scripts/bench run $(ARGS)

bench-quick: setup ## The most telling of it, in less than two minutes
	@exec scripts/bench run --quick $(ARGS)

chaos: setup ## Kill, freeze and cut off all of it for three minutes, and judge what is left (ARGS="run --seed 7 --seconds 120")
	@exec scripts/chaos $(or $(ARGS),run --seed 1)

chaos-long: setup ## The same with ten seeds, 100,000 events and 300 kills, in an hour; goes on where it was interrupted
	@exec scripts/chaos long $(ARGS)

chaos-mutants: setup ## Break the product on purpose, one defect at a time, and see that the campaign notices
	@exec scripts/chaos mutants $(ARGS)

fuzz: setup ## Search for inputs that a parser does not survive (ARGS="--minutes 10 stripe-event")
	@exec .venv/bin/python -m fuzz run $(ARGS)

docs: setup ## Build the documents' site into .state/site; a dead link fails
	@exec scripts/docs

fmt: setup ## Put all code into its form
	@exec scripts/fmt

setup: # uv and the locked workspace; takes a moment when all is there
	@scripts/setup
