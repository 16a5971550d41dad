# What a person calls. Everything builds as the user who calls; only what talks to the kernel runs through sudo.
.PHONY: demo test lint bench dist setup examples

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo -E env PATH="$$PATH")
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

setup:
	@scripts/setup

demo: setup
	@scripts/kernel
	cargo build -p ecli -p ecc
	@scripts/demo

test: setup
	@scripts/kernel
	cargo build --workspace --bins
	cargo test --manifest-path guest-sdk/Cargo.toml --workspace --target-dir $(TARGET_DIR)/guests
	cargo test --workspace --no-run
	CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="$(SUDO)" cargo test --workspace

lint: setup
	cargo fmt --all --check
	cargo fmt --manifest-path guest-sdk/Cargo.toml --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --manifest-path guest-sdk/Cargo.toml --workspace --target wasm32-wasip2 --target-dir $(TARGET_DIR)/guests -- -D warnings

dist: setup
	cargo build --profile dist -p ecli -p ecc

bench: dist
	@scripts/kernel
	cargo run --release -p bench -- --ecli $(TARGET_DIR)/dist/ecli --ecc $(TARGET_DIR)/dist/ecc

examples: setup
	cargo build -p ecc
	@for source in examples/*/*.bpf.c; do \
	  header=$${source%.bpf.c}.h; \
	  $(TARGET_DIR)/debug/ecc $$source $$([ -e $$header ] && echo $$header) || exit 1; \
	done
