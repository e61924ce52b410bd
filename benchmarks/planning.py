"""The accuracy of `fastvec plan`: its predictions beside the measured needs of `fastvec train`.

    python -m benchmarks.planning corpus.txt other.txt --repeats 3

Memory is the peak of the whole process and time that of the whole command, with cached kernels and a cached text, as
they are after a plan. Each repeat is a plan and then a training; the table gives median ratios.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

MODELS = ("skipgram", "cbow", "glove", "ppmi-svd")
COMMAND = [sys.executable, "-m", "fastvec"]


def train(arguments: list[str]) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen([*COMMAND, "train", *arguments, "--quiet"])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(process.returncode)
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit, time.perf_counter() - began


def plan(arguments: list[str]) -> tuple[dict, float]:
    began = time.perf_counter()
    done = subprocess.run([*COMMAND, "plan", *arguments, "--quiet", "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout), time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--options", default="", help="Further options of `fastvec train`, in one string.")
    given = parser.parse_args()
    print(
        "| corpus | model | memory: plan, MB | measured | ratio | time: plan, s | measured | ratio | planning took, s |"
    )
    print("| --- | --- |" + " ---: |" * 7)
    with tempfile.TemporaryDirectory() as folder:
        for corpus in given.corpora:
            for model in given.models:
                arguments = [str(corpus.absolute()), "--model", model, "--output", f"{folder}/v.safetensors"]
                arguments += given.options.split()
                plan(arguments)  # compiles and fills the cache
                runs = []
                for _ in range(given.repeats):
                    (planned, took), (peak, seconds) = plan(arguments), train(arguments)
                    runs.append((planned["memory"], peak, planned["total_seconds"], seconds, took))
                memory, peak, said, seconds, took = (median(column) for column in zip(*runs, strict=True))
                memory_ratio = median(run[0] / run[1] for run in runs)
                time_ratio = median(run[2] / run[3] for run in runs)
                print(
                    f"| {corpus.stem} | {model} | {memory / 1e6:,.0f} | {peak / 1e6:,.0f} | {memory_ratio:.2f} "
                    f"| {said:.1f} | {seconds:.1f} | {time_ratio:.2f} | {took:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
