# `make demo` shows it, `make test` checks it; the rest is for who works on it.
SHELL := /bin/bash
.DEFAULT_GOAL := build

PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
JOBS ?= $(shell nproc)
SWIFT ?= swift

# An import that Package.swift does not declare builds silently in a warm build without this.
FLAGS := -j $(JOBS) --explicit-target-dependency-import-check error
# The programs carry the Swift runtime, so that they run where no toolchain is.
RELEASE := -c release --static-swift-stdlib $(FLAGS)
RELEASE_BIN = $(shell $(SWIFT) build -c release --show-bin-path)

# A crashing program must fail at once, not hang in the backtracer.
export SWIFT_BACKTRACE := enable=no

.PHONY: build demo test test-clients lint format proto bench fuzz faults sanitize install clean packages
.PHONY: soak soak-churn soak-simulation soak-race

build: packages  ## the three programs, optimised
	$(SWIFT) build $(RELEASE) --product mayflyd
	$(SWIFT) build $(RELEASE) --product mayfly
	$(SWIFT) build $(RELEASE) --product mayfly-load

demo: build  ## a broker in a temporary directory, the story, ten seconds of load
	MAYFLY_BIN="$(RELEASE_BIN)" dev/demo.sh

test: packages  ## everything that runs without root and without a clock
	$(SWIFT) build --build-tests $(FLAGS)
	# Apart, because those with real processes block the threads that the others' tasks run on.
	$(SWIFT) test --skip-build --skip EndToEndTests
	$(SWIFT) test --skip-build --filter EndToEndTests
	dev/check-model.sh
	dev/simulate.sh

test-clients: packages  ## the clients of all languages, each against a broker of this build
	$(SWIFT) build $(FLAGS) --product mayflyd
	$(SWIFT) build $(FLAGS) --product mayfly
	MAYFLY_BIN="$$($(SWIFT) build --show-bin-path)" dev/test-clients.sh

lint:  ## style and rooms, as CI runs them
	dev/check-style.sh
	dev/check-rooms.sh

format:
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

proto: packages  ## regenerate the C of the contract
	dev/generate-proto.sh

# The deep tier: each takes minutes to hours and prints what it runs before it runs it.
bench: build  ## every figure of docs/benchmarks.md, measured here
	MAYFLY_BIN="$(RELEASE_BIN)" dev/bench.sh

fuzz: packages  ## each fuzz target for MAYFLY_FUZZ_SECONDS (600), under the address sanitizer
	dev/fuzz.sh

faults: packages  ## kills, power cuts, failing disks, at full length
	dev/faults.sh

sanitize: packages  ## every test under the thread and the address sanitizer
	dev/sanitize.sh --end-to-end

# Each an hour unless MAYFLY_SOAK_SECONDS says otherwise; the last two say where they can go on.
soak: soak-churn soak-simulation soak-race  ## agents come and go; a million seeds; the live race

soak-churn: packages
	dev/soak.sh

soak-simulation: packages
	dev/simulate.sh soak

soak-race: packages
	dev/race.sh --minutes $$(( $${MAYFLY_SOAK_SECONDS:-3600} / 60 )) --operations 100000000 \
	    --trials 10000 --resume .build/race.state

install:  ## DESTDIR and PREFIX as usual; builds nothing, so that root compiles nothing
	@test -x "$(RELEASE_BIN)/mayflyd" || { echo "run make build first"; exit 1; }
	dev/install.sh "$(RELEASE_BIN)" "$(DESTDIR)" "$(PREFIX)" "$(SYSCONFDIR)"

clean:
	$(SWIFT) package clean

packages:
	@dev/install-packages.sh
