"""Reading text into a vocabulary and word ids, with one thread and with all, beside gensim.

Each reading is a process of its own, and the processes take turns. gensim builds a vocabulary and keeps no ids.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import click

from benchmarks.machine import cores

_FASTVEC = """
import fastvec
fastvec.read_corpus(["one two"], cache=False, threads=2).close()  # loads compiled code
began = perf_counter()
with fastvec.read_corpus(path, cache=False, threads=threads, progress=False) as corpus:
    found = corpus.n_tokens
"""
_GENSIM = """
from gensim.models import Word2Vec
began = perf_counter()
model = Word2Vec(min_count=5)
model.build_vocab(corpus_file=path)
found = model.corpus_total_words
"""
_CHILD = """
import json, resource, sys
from time import perf_counter
path, threads = sys.argv[1], int(sys.argv[2])
{task}
print(json.dumps([perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, found]))
"""


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path, exists=True))
@click.option("--rounds", default=5, show_default=True, help="How often each reads the text.")
def main(corpus: Path, rounds: int) -> None:
    """Print MB of the file a second and peak MB, the best and the median of all rounds."""
    readers = {"fastvec, 1 thread": (_FASTVEC, 1)}
    if cores() > 1:
        readers[f"fastvec, {cores()} threads"] = (_FASTVEC, cores())
    readers["gensim"] = (_GENSIM, 1)
    found: dict[str, list[list[float]]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, (task, threads) in readers.items():
            command = [sys.executable, "-c", _CHILD.format(task=task), str(corpus), str(threads)]
            found[name].append(
                json.loads(subprocess.check_output(command, env=os.environ | {"PYTHONPATH": os.getcwd()}))
            )
    size = corpus.stat().st_size / 1e6
    for name, results in found.items():
        seconds, peaks, words = zip(*results, strict=True)
        speed = f"{size / min(seconds):5.0f} MB/s ({size / median(seconds):.0f})"
        print(f"{name:20} {speed:18} {max(peaks) / 1e6:5.0f} MB at most, {words[0]:,.0f} words")


if __name__ == "__main__":
    main()
