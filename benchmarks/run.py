"""One training in a process of its own: its time and its memory."""

import json
import os
import resource
import subprocess
from collections.abc import Collection
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep
from typing import Any

from benchmarks.machine import on_cores, resident
from benchmarks.modes import Mode
from benchmarks.trainers import TRAINERS, Trainer, environment, python_child

#: Bytes kept of a child's output: enough for its result and for the last line of progress.
TAIL = 1 << 12


def run_child(
    command: list[str],
    directory: Path,
    variables: dict[str, str],
    trainer: Trainer | None = None,
    limit: float = 0,
    pinned: Collection[int] = (),
) -> dict[str, Any]:
    """Run a command, on some cores if any are named; stop it `limit` seconds after its first progress, unless 0.

    Returns
    -------
    dict
        What it printed after RESULT; "peak_bytes" of resident memory; "wall_seconds"; "output", the end of its output;
        "marks", the first and the last time at which it reported progress, each with the fraction done; "error" if it
        failed.
    """
    start = perf_counter()
    with on_cores(pinned):
        process = subprocess.Popen(
            command, cwd=directory, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    assert process.stdout is not None
    watch = _Peak(process.pid)
    watch.start()
    output, stopped, pipe = b"", False, process.stdout.fileno()
    marks: list[tuple[float, float]] = []
    try:
        while chunk := os.read(pipe, 1 << 16):
            output = (output + chunk)[-TAIL:]
            share = trainer.fraction_done(output) if trainer else None
            if share is not None and (not marks or share > marks[-1][1]):
                marks.append((perf_counter(), share))
            if limit and not stopped and marks and marks[-1][0] - marks[0][0] >= limit:
                process.kill()
                stopped = True
    except BaseException:
        process.kill()
        raise
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    result: dict[str, Any] = {
        "wall_seconds": perf_counter() - start,
        "peak_bytes": watch.of(usage),
        "output": output,
    }
    if process.returncode and not stopped:
        return result | {"error": last_line(output)}
    _, found, line = output.rpartition(b"RESULT ")
    if found:
        result |= json.loads(line)
    if marks:
        result["marks"] = [marks[0], marks[-1]]
    return result


class _Peak(Thread):
    """Watches the largest memory of a process, for that which the system tells at its end begins with its parent's."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.seen = pid, 0

    def run(self) -> None:
        while peak := resident("VmHWM", self.pid):
            self.seen = peak
            sleep(0.02)

    def of(self, usage: resource.struct_rusage) -> int:
        """Return the peak: that of the system, with children, where it is above this process's own."""
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return usage.ru_maxrss * 1024 if usage.ru_maxrss > own else self.seen or usage.ru_maxrss * 1024


def last_line(output: bytes) -> str:
    """Return the last line that a process printed before it failed."""
    return output.decode(errors="replace").strip().rsplit("\n", 1)[-1][-200:]


def train(
    name: str, trainer: Trainer, mode: Mode, threads: int, directory: Path, words: int, epochs: int, limit: float = 0
) -> dict[str, Any]:
    """Train once on `directory`/corpus.txt, of `words` words; return `run_child`'s result with "per_second", words."""
    result = run_child(
        trainer.command(mode, threads, epochs),
        directory,
        environment(trainer, name, directory, threads),
        trainer,
        limit,
    )
    output = result.pop("output")
    if trainer.rate and (match := trainer.rate.search(output)):
        result["per_second"] = float(match[1]) * threads
    marks = result.pop("marks", None)
    if marks and "seconds" not in result:
        (first, share), (last, end) = marks
        result["seconds"], result["share"] = last - first, end - share
        if not limit and end < 0.98:
            result["error"] = f"ended after {end:.0%} of its training"
    if result.get("seconds"):
        result["per_second"] = words * epochs * result.get("share", 1) / result["seconds"]
    return {"trainer": name, "mode": mode.key, "threads": threads} | result


def ask(task: str, *arguments: str, directory: Path, threads: int = 1, module: str = "child") -> dict[str, Any]:
    """Run another task of `benchmarks.child`, or of another module."""
    variables = environment(TRAINERS["fastvec"], "fastvec", directory, threads)
    result = run_child(python_child(task, *arguments, module=module), directory, variables)
    if "error" in result:
        raise RuntimeError(f"{task}: {result['error']}")
    return {name: value for name, value in result.items() if name not in ("output", "peak_bytes", "wall_seconds")}
