# The commands of this project; `make help` lists them. What they need is installed and fetched by tools/bootstrap.
PRESET ?= release
JOBS ?= $(shell nproc)
CACHE := $(if $(FIRESTEEL_CACHE),$(FIRESTEEL_CACHE),$(HOME)/.cache/firesteel)
PYTHON := $(CACHE)/python/bin/python

.PHONY: help bootstrap build test test-nightly demo format tidy clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

bootstrap:  ## install what is missing, fetch and verify the pinned dependencies
	@tools/bootstrap

build: bootstrap  ## build build/$(PRESET)/firesteel and the unit tests
	@mkdir -p build; cmake --preset $(PRESET) >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build build/$(PRESET) -j $(JOBS)

test: build  ## every test of a pull request
	@tools/run-tests $(PRESET)

test-nightly: build  ## the long reruns as well
	@tools/run-tests $(PRESET) --nightly

demo: PRESET = release
demo: build  ## the mortgage pipeline through the real PySpark client
	@FIRESTEEL_BINARY=$(CURDIR)/build/$(PRESET)/firesteel PYTHON=$(PYTHON) demo/run.sh

format:  ## reformat the C++ sources
	@tools/bootstrap --with-linters
	@git ls-files -z 'src/*.h' 'src/*.cc' 'test/*.h' 'test/*.cc' | xargs -0 clang-format-14 -i

tidy: build  ## clang-tidy over the C++ sources
	@tools/bootstrap --with-linters
	@git ls-files -z 'src/*.cc' | xargs -0 -n 4 -P $(JOBS) clang-tidy-14 --quiet -p build/$(PRESET)

clean:  ## remove the build folders (the cache stays)
	rm -rf build
