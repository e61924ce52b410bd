"""fastvec beside other trainers, in one run: same text, same parameters, same number of threads, taking turns.

`python -m benchmarks` runs all that is installed and writes a file of results, of which
`python -m benchmarks table FILE` makes the tables of the README. Every training is a process of its own.
"""
