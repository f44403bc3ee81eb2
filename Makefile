# `make` lists the targets. Each does its own set-up first.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-slow check bench bench-text tour schema docs clean
PYTHON ?=
export PYTHON
BIN := .venv/bin

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv, install the packages and what Qt needs from the system
	@packaging/setup.sh

run: setup ## Open the window on the sample workspace; without a display do the same offscreen and save pictures
	@$(BIN)/python -m xdrec_app.demo

test: setup ## Run the tests
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

test-slow: setup ## Run the tests that take minutes or much data
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m slow

check: setup ## Check style, format, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@echo "check: style, format, types and layers are clean"

bench: setup ## Measure quality and speed; the figures go to docs/benchmarks
	@QT_QPA_PLATFORM=offscreen $(BIN)/python tests/benchmarks/run.py

bench-text: setup ## Measure the models on item texts alone; nothing is kept
	@QT_QPA_PLATFORM=offscreen $(BIN)/python tests/benchmarks/run.py bench_text_

tour: setup ## Drive the window through the main job and save its pictures, light and dark, in docs/images/tour
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m xdrec_app.demo --tour docs/images/tour

schema: setup ## Write resources/models.json, from which the window knows the models
	@$(BIN)/xdrec models --json >resources/models.json.new
	@mv resources/models.json.new resources/models.json

docs: setup ## Write docs/models.md from the registry of models
	@$(BIN)/xdrec models --markdown >docs/models.md.new
	@mv docs/models.md.new docs/models.md

clean: ## Remove caches and build products; .venv stays
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
