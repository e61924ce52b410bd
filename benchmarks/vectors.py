"""Loading and searching vectors, beside gensim, in one run.

    python benchmarks/vectors.py --words 400000 --dim 300 --folder /tmp

Prints seconds, the best of some rounds, and the ratio to gensim. Each load runs in a process of its own. Peak memory is
that beyond what the process held before, as a multiple of the matrix.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

LOAD = """
import json, sys, time
tool, path, small = sys.argv[1:]
def memory(field):
    text = open("/proc/self/status").read()
    return int(text.split(field + ":")[1].split()[0]) * 1024
if tool == "gensim":
    from gensim.models import KeyedVectors
    def load(path):
        return KeyedVectors.load_word2vec_format(path, binary=path.endswith(".bin"))
else:
    from fastvec import load
load(small)  # loads libraries and compiled code
open("/proc/self/clear_refs", "w").write("5")  # forget the peak so far
before = memory("VmRSS")
start = time.perf_counter()
vectors = load(path)
seconds = time.perf_counter() - start
print(json.dumps([seconds, (memory("VmHWM") - before) / vectors.vectors.nbytes]))
"""


def load_in_a_process(tool: str, path: Path, small: Path) -> tuple[float, float]:
    output = subprocess.run(
        [sys.executable, "-c", LOAD, tool, str(path), str(small)], check=True, capture_output=True, text=True
    )
    seconds, peak = json.loads(output.stdout)
    return seconds, peak


def seconds_of(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--folder", type=Path, default=Path("."))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--queries", type=int, default=1000)
    options = parser.parse_args()

    from fastvec import KeyedVectors, load

    rng = np.random.default_rng(1)
    matrix = (rng.standard_normal((options.words, options.dim), np.float32) * 0.2).round(6)
    wv = KeyedVectors([f"word{row}" for row in range(options.words)], matrix)
    for suffix in (".safetensors", ".bin", ".txt"):
        wv.save(options.folder / f"bench{suffix}")
        wv.subset(wv.words[:10]).save(options.folder / f"small{suffix}")
    del wv, matrix

    for suffix in (".txt", ".bin", ".safetensors"):
        path, small = options.folder / f"bench{suffix}", options.folder / f"small{suffix}"
        ours = min(load_in_a_process("fastvec", path, small) for _ in range(options.rounds))
        print(f"load {suffix}: fastvec {ours[0]:.3f} s, peak {ours[1]:.2f} x the matrix", end="", flush=True)
        if suffix == ".safetensors":
            print()
            continue
        theirs = min(load_in_a_process("gensim", path, small) for _ in range(1 if suffix == ".txt" else options.rounds))
        print(f"; gensim {theirs[0]:.2f} s, peak {theirs[1]:.2f}; ratio {theirs[0] / ours[0]:.1f}")

    wv = load(options.folder / "bench.safetensors")
    keyed = wv.to_gensim()
    words = wv.words[: options.queries]
    wv.nearest(words[:1])
    keyed.most_similar(words[0])
    ours = min(seconds_of(lambda: wv.nearest(words)) for _ in range(options.rounds))
    some = words[:: max(1, len(words) // 100)]
    theirs = min(seconds_of(lambda: [keyed.most_similar(word) for word in some]) for _ in range(options.rounds))
    theirs *= len(words) / len(some)
    print(
        f"{len(words)} queries: fastvec {ours:.2f} s; gensim {theirs:.1f} s (from {len(some)}); "
        f"ratio {theirs / ours:.1f}"
    )


if __name__ == "__main__":
    main()
