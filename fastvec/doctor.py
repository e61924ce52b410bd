"""A check-up: what fastvec runs on, and whether each model works there."""

import os
import platform
import random
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from fastvec.checks import count_cores, count_threads
from fastvec.control_groups import processor_quota
from fastvec.errors import FileError, duration, megabytes
from fastvec.settings import MODELS, Word2Vec

#: Losses that are trained by the kernel of another one, nce.
_ALIKE = ("sampled-softmax", "ranking")
#: Packages whose versions matter.
PACKAGES = ("numba", "llvmlite", "numpy", "scipy")


def _modes() -> dict[str, dict[str, Any]]:
    """Return the parameters of `fastvec.train` for each model and loss that has a kernel of its own."""
    found: dict[str, dict[str, Any]] = {}
    for model, kind in MODELS.items():
        little = {"sample": 0.0} if "sample" in kind.parameters else {}  # for little text
        if kind is Word2Vec:
            little |= {"epochs": 20, "learning_rate": 0.1}
        found |= {
            f"{model} {loss}": {"model": model, "loss": loss} | little
            for loss in (kind.parameters["loss"].choices if "loss" in kind.parameters else ())
            if loss not in _ALIKE
        } or {model: {"model": model} | little}
    return found


#: What is tried.
MODES = _modes()


class Finding(NamedTuple):
    """What was found out about something, with the cure if it `is_bad`, or works but `is_slow`."""

    name: str
    text: str
    is_bad: bool = False
    is_slow: bool = False


def examine() -> Iterator[Finding]:
    """Look at versions, processor, compiler, memory and disk, then train each model on a text of two topics.

    Yields
    ------
    Finding
        As each is made; compiling a kernel for the first time takes some seconds.
    """
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield Finding("versions", f"fastvec {version('fastvec')}, Python {platform.python_version()}, {packages}")
    yield Finding("system", platform.platform())
    yield _processor()
    yield _compiler()
    yield from _room()
    for name, parameters in MODES.items():
        yield _try(name, parameters)


def processor_name() -> str:
    """Return the name of the processor."""
    path = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", path.read_text(), re.MULTILINE) if path.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def _processor() -> Finding:
    """Report the processor, and how much of it this process may use."""
    cores, usable, quota = os.cpu_count() or 1, count_cores(), processor_quota()
    shown = f"{cores} cores" if cores == usable else f"{usable} of {cores} cores by affinity"
    if quota is not None:
        shown += f", a quota of {quota:g} by the control group"
    return Finding("processor", f"{processor_name()}, {shown}: threads default to {count_threads(None)}")


def _compiler() -> Finding:
    """Report the processor that numba compiles for, and where the compiled code is cached."""
    from numba.core import config
    from numba.core.registry import cpu_target

    from fastvec.caches import kernel_folder

    if getattr(config, "DISABLE_JIT", 0):
        return Finding("compiler", "switched off, so all is slow: unset NUMBA_DISABLE_JIT", is_bad=True)
    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    widths = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX", "neon": "NEON", "sse2": "SSE2"}
    simd = next((shown for feature, shown in widths.items() if f"+{feature}" in features.split(",")), "no SIMD")
    folder = kernel_folder()
    if folder is None:
        return Finding(
            "compiler",
            "kernels are compiled anew in each process: set NUMBA_CACHE_DIR to a folder that can be written to",
            is_bad=True,
        )
    return Finding("compiler", f"for {name}, {simd}; kernels are kept in {folder}")


def _room() -> Iterator[Finding]:
    from fastvec.caches import cached_texts
    from fastvec.corpus.stream import user_cache
    from fastvec.disk.scratch import CACHE_DIR, system_folder, why_unwritable
    from fastvec.training.resources import disk_room, memory_room

    room = memory_room()
    yield Finding("memory", f"{megabytes(room.free)} free of {megabytes(room.total)} ({room.limit})")
    cache = user_cache()
    reason = why_unwritable(cache)
    if reason is None:
        kept = sum(text.size for text in cached_texts(cache))
        yield Finding("cache", f"{megabytes(kept)} of texts in {cache}, {megabytes(disk_room(cache))} free")
    else:
        cure = f"texts are not cached: {CACHE_DIR}, or set XDG_CACHE_HOME"
        yield Finding("cache", f"{cache}: cannot be written to ({reason}), so {cure}", is_slow=True)
    try:
        temporary = system_folder()
        yield Finding("temporary", f"{temporary}, {megabytes(disk_room(temporary))} free")
    except FileError as error:
        yield Finding("temporary", str(error), is_bad=True)


def _try(name: str, parameters: dict[str, Any]) -> Finding:
    """Train on sentences of two topics, and some of both; the words of the two must lie apart afterwards."""
    import fastvec

    chance = random.Random(1)
    topics = [[f"{topic}{k}" for k in range(10)] for topic in "ab"]
    sentences = [chance.choices(topics[k % 2] if k % 8 else topics[0] + topics[1], k=8) for k in range(600)]
    start = perf_counter()
    try:
        wv = fastvec.train(sentences, dim=8, progress=False, **parameters)
    except Exception as error:  # whatever it is, it is what is looked for
        return Finding(name, f"{type(error).__name__}: {error}", is_bad=True)
    seconds = perf_counter() - start
    vectors = np.array([wv[word] for topic in topics for word in topic])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    apart = float(cosines[:10, :10].mean() - cosines[:10, 10:].mean())
    if not apart > 0.5:
        return Finding(name, f"does not tell two topics apart ({apart:.2f}): please report this", is_bad=True)
    return Finding(name, f"works ({duration(seconds)})")
