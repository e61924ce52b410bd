# `make demo` and `make test` need only Python 3.11 or newer and access to PyPI.
PYTHON ?= python3
BIN = .venv/bin
# On all cores.
PYTEST = $(BIN)/pytest --numprocesses logical --dist worksteal

.PHONY: bench demo docs test lint check clean

.venv/installed: pyproject.toml setup.py
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/pip install --quiet --editable '.[test]'
	touch $@

# Train on the bundled sample of Wikipedia, evaluate, and show some neighbours.
demo: .venv/installed
	$(BIN)/fastvec train data/sample.txt.xz --output vectors.safetensors
	$(BIN)/fastvec eval analogies vectors.safetensors
	$(BIN)/fastvec similar vectors.safetensors france
	$(BIN)/fastvec similar vectors.safetensors computer

test: .venv/installed-test
	$(PYTEST)

lint: .venv/installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Test the kernels with bounds checks, and then as plain Python.
check: .venv/installed-test
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=.venv/boundscheck $(PYTEST) $(KERNEL_TESTS)
	NUMBA_DISABLE_JIT=1 $(PYTEST) $(KERNEL_TESTS)

KERNEL_TESTS = tests/test_simd.py tests/test_word2vec_kernel.py tests/test_alias.py tests/test_huffman.py \
	tests/test_glove_kernel.py tests/test_glove_tiles.py tests/test_phrases.py tests/test_rounds_kernel.py \
	tests/test_subword_steps.py tests/test_pairs_kernel.py

# Measure beside gensim, fastText and the trainers on PATH, and write benchmarks/README.md; see there.
bench: .venv/installed
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python -m benchmarks

# The pages of docs/ as a site, in build/site; any warning is an error.
docs: .venv/installed
	$(BIN)/pip install --quiet --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean:
	rm -rf .venv build *.egg-info vectors.safetensors
