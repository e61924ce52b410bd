"""fastvec beside other trainers, in one run: same text, same parameters, same number of threads, taking turns.

`python -m benchmarks` runs every trainer that is installed, writes a file of results and puts its tables into
benchmarks/README.md. `python -m benchmarks table FILE` prints the tables of one file. Each training is its own process.
"""
