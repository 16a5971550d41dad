# What a person calls. Everything builds as the user who calls; only what talks to the kernel runs through sudo.
.PHONY: demo test lint bench dist hot release setup examples guests corpus kernels pages fuzz

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
TRIPLE := $(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')
HOST := $(shell echo $(TRIPLE) | tr 'a-z-' 'A-Z_')
DIST := $(TARGET_DIR)/$(TRIPLE)/dist
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# How cargo starts a test that talks to the kernel.
RUNNER := $(shell [ "$$(id -u)" = 0 ] || echo 'CARGO_TARGET_$(HOST)_RUNNER="sudo -E"')
GUEST := --release --locked --target wasm32-wasip2 --target-dir $(TARGET_DIR)/guests

setup:
	@scripts/setup

demo: setup
	@scripts/kernel
	cargo build --locked -p ecli -p ecc
	@scripts/demo

# The guests that the tests run. Those that ship are built with the host.
guests: setup
	cargo build $(GUEST) --manifest-path tests/guests/Cargo.toml

test: setup guests
	@scripts/kernel
	cargo test --locked --manifest-path guest-sdk/Cargo.toml --workspace --features eunomia/std --target-dir $(TARGET_DIR)/guests
	cargo build --locked --workspace --bins --lib
	cargo test --locked --workspace --no-run
	$(RUNNER) cargo test --locked --workspace

lint: setup
	cargo fmt --all --check
	cargo fmt --manifest-path guest-sdk/Cargo.toml --all --check
	cargo fmt --manifest-path tests/guests/Cargo.toml --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p runtime --no-default-features -- -D warnings
	cargo clippy $(GUEST) --manifest-path guest-sdk/Cargo.toml --workspace -- -D warnings

# One static file each, at a fixed address: nothing to look up and nothing to relocate when it starts. Random numbers come from the
# system call: looked up by name, as it is by default, it is not found in a static program, which then wants /dev/urandom.
STATIC := -C target-feature=+crt-static -C relocation-model=static --cfg getrandom_backend=\"linux_getrandom\"
STATIC_DIST := $(STATIC) -C link-arg=-Wl,--no-eh-frame-hdr -C link-arg=-Wl,-T,$(CURDIR)/scripts/dist.ld -C link-arg=-Wl,-T,$(CURDIR)/scripts/hot.ld
# Where sources lie on the machine that builds is nobody's business, and no two machines should build different programs for it.
STATIC_DIST += --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/= --remap-path-prefix=$(abspath $(TARGET_DIR))/=

PROGRAMS := ecli ecc
RELEASES := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER ?= aarch64-linux-gnu-gcc

# The compiler in build scripts knows the machine that builds, and all others only if it is asked to.
CROSS = $(if $(filter $(TRIPLE),$(1)),,--features runtime/cross)
CARGO_DIST = CARGO_TARGET_$(shell echo $(1) | tr 'a-z-' 'A-Z_')_RUSTFLAGS="$(STATIC_DIST)" cargo
# cargo strips no program for which the profile has an optimisation of its own.
# The date stays, or cargo would take what is stripped for new.
STRIP = $(if $(filter $(TRIPLE),$(1)),,$(subst -unknown,,$(1))-)strip -p
DIST_FLAGS = --locked --profile dist --target $(1) $(CROSS)

# cargo does not know that the linker reads scripts of ours.
define relink
@[ $(1)/$(2) -nt scripts/dist.ld -a $(1)/$(2) -nt scripts/hot.ld ] || rm -f $(1)/$(2) $(1)/deps/$(2)-*

endef

# The program of standalone tools comes first, and alone: it is built without the compiler that the others have, and `ecc` takes it in.
define dist
$(foreach program,standalone $(PROGRAMS),$(call relink,$(TARGET_DIR)/$(1)/dist,$(program)))
$(CARGO_DIST) build $(DIST_FLAGS) -p standalone
$(STRIP) $(TARGET_DIR)/$(1)/dist/standalone
ECC_STANDALONE=$(abspath $(TARGET_DIR)/$(1)/dist/standalone) $(CARGO_DIST) build $(DIST_FLAGS) $(addprefix -p ,$(PROGRAMS))
$(STRIP) $(addprefix $(TARGET_DIR)/$(1)/dist/,$(filter-out $(WITH_SYMBOLS),$(PROGRAMS)))
endef

dist: setup
	$(call dist,$(TRIPLE))
	@scripts/try-dist $(DIST) $(PROGRAMS)

# Finds out anew which functions lie beside each other in the programs of `dist`.
hot: setup
	@command -v valgrind >/dev/null || { echo "hot: valgrind is missing: install it with this system's package manager" >&2; exit 1; }
	rm -f $(DIST)/ecli $(DIST)/deps/ecli-*
	$(MAKE) dist WITH_SYMBOLS=ecli
	scripts/hot $(DIST)/ecli $(DIST)/ecc

# What a release has: `dist` for each architecture.
release: setup $(addprefix release-,$(RELEASES))
	@ls -l $(foreach triple,$(RELEASES),$(addprefix $(TARGET_DIR)/$(triple)/dist/,$(PROGRAMS)))

release-%: setup
	@scripts/cross $*
	$(call dist,$*)

bench: dist
	@scripts/kernel
	cargo build --locked --release -p bench
	$(SUDO) $(TARGET_DIR)/release/bench --ecli $(DIST)/ecli --ecc $(DIST)/ecc --results tests/bench/RESULTS.md

examples: setup
	cargo build --locked -p ecc
	@for source in examples/*/*.bpf.c; do \
	  header=$${source%.bpf.c}.h; \
	  $(TARGET_DIR)/debug/ecc $$source $$([ -e $$header ] && echo $$header) || exit 1; \
	done

# BPF programs that others have written: the kernel's own tests, or CORPUS=FOLDER [CORPUS_CFLAGS="-I …"].
corpus: setup
	cargo build --locked -p ecc -p corpus
	@scripts/corpus

# The same tools on many kernels: KERNELS is commit, all, machine, or names of tests/kernels/kernels.json; CASES are folders of tests/kernels/cases.
kernels: setup
	@STATIC="$(STATIC)" scripts/kernels "$(or $(KERNELS),commit)" "$(CASES)"

# Man pages and shell completions; and the page of the contract, which is kept in the tree.
pages: setup
	cargo build --locked --workspace --bins
	@$(TARGET_DIR)/debug/pages $(TARGET_DIR)/pages
	@$(TARGET_DIR)/debug/pages --contract wit
	@echo "man pages: $(TARGET_DIR)/pages/man1, completions: $(TARGET_DIR)/pages/completions"

# Damaged packages, objects, values and batches for FUZZ_SECONDS (60) a target; a crash, a hang or a flood of memory fails.
fuzz: setup
	@scripts/fuzz
