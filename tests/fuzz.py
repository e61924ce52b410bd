"""Fuzz all that reads files: of damage may come fastvec's own errors, of one line, soon, and no warning.

    python -m tests.fuzz --inputs 1000000 --seed 1 --only word2vec-text

mutates small files of each kind so many times. Each input is a function of the seed, the kind and its number, so that
a fault can be seen again with ``--start NUMBER --inputs 1``. The kernels see indices out of bounds with
``NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=...``.
"""

import argparse
import bz2
import faulthandler
import gzip
import io
import json
import logging
import lzma
import os
import random
import re
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import fastvec
from fastvec import evaluation
from fastvec.disk.compression import compressing
from fastvec.errors import FastvecError
from fastvec.evaluation import Bootstrap, find_sets
from fastvec.pipeline.sweep_file import SweepFile
from fastvec.report.gather import read_losses
from fastvec.vectors import FORMATS, KeyedVectors
from fastvec.vectors.loading import describe, is_vectors
from fastvec.words import read_word_lines
from tests.models import TRAINERS, Interrupt, options_of
from tests.tools.fasttext_model import Model

SECONDS = 2  # of processor time for one input
MEMORY = 3 << 30  # bytes beyond those of the program

INTEGERS = [0, 1, -1, 127, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1, -(2**63)]
NUMBERS = [
    *(b"%d" % number for number in (*INTEGERS, 2**63, 2**64, 10**30)),
    *b"nan inf -inf 1e400 -1e400 1e-400 1e39 -0.0 0x10 1_000 1. .5 +1 1e5 1.5e +".split(),
    *(b"", b"1" * 400, "٣".encode(), b"0" * 5000 + b"1"),
]
PIECES = [
    *(b"\n", b"\r\n", b"\r", b"\t", b" ", b"  ", b"\0", b"\x1a", b"\x1c", b"\xff", b"\xef\xbb\xbf", b"\xc3"),
    *("\u2028\u3000\x85\xa0".encode(), b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b'"', b"'", b"\\", b"\\ud800", b"#", b":"),
    *(b"{", b"}", b"[", b"]", b"(", b")", b",", b";", b"/", b"null", b"true", b"{}", b"[]", b"[null]", b'""', b"NaN"),
    *(b"[" * 20_000, b'{"a":' * 20_000, b"-" * 2000, b"a" * 70_000, b"a " * 3000, b"</s>", b"<", b">", b"__label__a"),
    *(b"'<f4'", b"'>f8'", b"'|O'", b"'<U9'", b"(3,)", b"True", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"),
]
PACKED = [
    *(struct.pack("<q", number) for number in INTEGERS),
    *(struct.pack("<I", number % 2**32) for number in INTEGERS),
    *(struct.pack("<f", number) for number in (np.nan, np.inf, 1e38, 1e-45, -0.0)),
    struct.pack("<d", np.nan),
]


def mutate(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """Return data damaged in one place or a few."""
    held = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        place = rng.randrange(len(held) + 1)
        if rng.random() < 0.3:  # headers decide most
            place = min(place, rng.randrange(64))
        size = min(rng.choice((1, 1, 2, 4, 8, rng.randrange(1, 200))), len(held) - place)
        match rng.randrange(12):
            case 0 if size:
                held[place] ^= 1 << rng.randrange(8)
            case 1 if size:
                held[place] = rng.randrange(256)
            case 2:
                del held[place:]
            case 3:
                del held[place : place + size]
            case 4:
                held[place:place] = held[place : place + size] * rng.choice((1, 1, 2, 50))
            case 5:
                held[place:place] = rng.randbytes(size)
            case 6:
                held[place:place] = rng.choice(PIECES)
            case 7:
                packed = rng.choice(PACKED)
                held[place : place + len(packed)] = packed
            case 8 | 9:
                numbers = list(re.finditer(rb"[-+]?\d[\d.e]*", held))
                if numbers:
                    number = rng.choice(numbers)
                    held[number.start() : number.end()] = rng.choice(NUMBERS)
            case 10:
                lines = held.split(b"\n")
                one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
                header = b" ".join(rng.choice(NUMBERS) for _ in range(rng.randrange(1, 4)))
                lines[one] = rng.choice((lines[other], header, b"", rng.choice(lines[other].split() or [b""])))
                held = bytearray(b"\n".join(lines))
            case 11 if others:
                other = rng.choice(others)
                start = rng.randrange(len(other) + 1)
                held[place : place + size] = other[start : start + rng.randrange(1, 400)]
    return bytes(held)


Use = Callable[[Path, random.Random], object]


@dataclass
class Kind:
    """One kind of file, or of folder: good ones, and what reads them."""

    seeds: list[dict[str, bytes]]  #: Names and contents; of these one is damaged.
    use: Use  #: Reads the folder.
    repair: Callable[[str, bytes], bytes] = lambda name, data: data  #: Puts checksums right, or compresses.


def kept(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def made(write: Callable[..., object], name: str, *arguments: object) -> dict[str, bytes]:
    """Return the files that a function writes when it is given the path of one of them."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, name), *arguments)
        return kept(Path(folder))


WORDS = ["the", "café", "new", "york", "king", "queen", "man", "woman", "7", "new_york"]
SENTENCES = ["the king of new york", "a man and a woman in new york", "a queen of the café 7"] * 9
LITTLE = {"dim": 3, "min_count": 1, "threads": 1, "cache": False}


def some_vectors() -> KeyedVectors:
    matrix, contexts = np.random.default_rng(0).standard_normal((2, len(WORDS), 3)).astype(np.float32).round(3)
    return KeyedVectors(WORDS, matrix, counts=np.arange(20, 10, -1), context_vectors=contexts, metadata={"a": {"b": 1}})


def use_vectors(name: str) -> Use:
    def use(folder: Path, rng: random.Random) -> None:
        path, options = folder / name, {"errors": rng.choice(("strict", "strict", "skip", "replace"))}
        if rng.random() < 0.1:
            is_vectors(path)
            describe(path, **options)
        options["limit"] = rng.choice((None, None, None, 1, 5))
        options["words"] = rng.choice((None, None, None, {"the", "7", "nowhere"}))
        options["dtype"] = rng.choice((None, None, None, "float32", "float16", "int8"))
        wv = fastvec.load(path, **options)
        assert len(wv.words) == len(wv.vectors) == len(wv)
        wv.check_finite()
        if not len(wv):
            return
        wv.most_similar(wv.words[-1], topn=3)
        if rng.random() < 0.2:
            wv.embed(["new york unheard", ""])
            wv.health(neighbours=2)
            wv.save(
                folder / "saved", rng.choice([name for name in FORMATS if name not in ("projector", "static-model")])
            )
            fastvec.load(folder / "saved")

    return use


def in_format(format: str, file: str, *vectors: KeyedVectors) -> Kind:
    return Kind([made(wv.save, file, format) for wv in vectors], use_vectors(file))


def vector_kinds() -> dict[str, Kind]:
    wv, phrases = some_vectors(), fastvec.find_phrases(SENTENCES, min_count=1)
    options = LITTLE | {"epochs": 1, "sample": 0}
    plain, subwords, floret = (
        fastvec.train(SENTENCES, **options, **more)
        for more in (
            {"phrases": phrases},
            {"subwords": "2-3", "buckets": 20},
            {"subwords": "floret:2-3", "buckets": 20},
        )
    )
    half = KeyedVectors(WORDS, wv.vectors.astype(np.float16))
    kinds = {
        "safetensors": in_format(
            "safetensors", "x.safetensors", wv, wv.quantize("int8"), plain, subwords, floret, half
        ),
        "word2vec-text": in_format("word2vec-text", "x.txt", wv),
        "word2vec-binary": in_format("word2vec-binary", "x.bin", wv),
        "glove": in_format("glove", "x.txt", wv),
        "fasttext": in_format("fasttext", "x.bin", wv, subwords),
        "floret": in_format("floret", "x.floret", floret),
        "numpy": in_format("numpy", "x.npy", wv, half),
        "parquet": in_format("parquet", "x.parquet", wv, plain),
        "projector": in_format("projector", "x", wv),
        "static-model": in_format("static-model", "x", wv),
    }
    kinds["fasttext"].seeds.append({"x.bin": Model(["</s>", "the", "é"], dim=3, bucket=5).bytes()})
    (model,) = kinds["static-model"].seeds
    matrix = {"x/model.safetensors": model["x/model.safetensors"]}
    pairs = json.dumps({"model": {"vocab": [[word, 0.5] for word in ["[UNK]", *WORDS]]}, "added_tokens": None})
    kinds["static-model"].seeds += [
        matrix | {"x/vocab.txt": "\n".join(["?", *WORDS]).encode()},
        matrix | {"x/tokenizer.json": pairs.encode()},
    ]
    text = kinds["word2vec-text"].seeds[0]["x.txt"]
    kinds["compressed"] = Kind([{"x": data} for data in compressed(text)], use_vectors("x"))
    kinds["decompressed"] = Kind([{"x": text}], use_vectors("x"), lambda name, data: gzip.compress(data, 1))
    return kinds


def compressed(data: bytes) -> list[bytes]:
    zstd = io.BytesIO()
    with compressing(zstd, "x.zst") as file:
        file.write(data)
    return [gzip.compress(data), bz2.compress(data), lzma.compress(data), zstd.getvalue()]


# What is read before training


def use_text(folder: Path, rng: random.Random) -> None:
    options = {
        "errors": rng.choice(("replace", "ignore", "strict")),
        "tokenizer": rng.choice(("whitespace", "whitespace", "words", str.split)),
        "lowercase": rng.random() < 0.3,
    }
    with fastvec.read_corpus(folder / "x", threads=1, cache_dir=folder, cache=False, **options) as corpus:
        assert corpus.is_whole()
        vocabulary = corpus.vocabulary(1)
        assert vocabulary.n_tokens == corpus.n_tokens
        corpus.tokens()


def use_vocabulary(folder: Path, rng: random.Random) -> None:
    vocabulary = fastvec.Vocabulary.load(folder / "x")
    vocabulary.save(folder / "saved")
    assert fastvec.Vocabulary.load(folder / "saved").words == vocabulary.words


def use_words(folder: Path, rng: random.Random) -> None:
    with open(folder / "x", "rb") as file:
        read_word_lines(file, "x", counted=False, repairs=rng.random() < 0.5)


def use_counts(folder: Path, rng: random.Random) -> None:
    counts = fastvec.Cooccurrence.load(folder / "x.npz")
    with np.errstate(over="ignore"):  # weights up to the largest float32
        counts.matrix.sum(axis=1)
    counts.save(folder / "saved.npz")
    if rng.random() < 0.02:
        fastvec.train(counts, "ppmi-svd", dim=2, threads=1)


def use_phrases(folder: Path, rng: random.Random) -> None:
    phrases = fastvec.Phrases.load(folder / "x")
    phrases["the new york"]
    phrases.save(folder / "saved")
    assert list(fastvec.Phrases.load(folder / "saved").lines()) == list(phrases.lines())
    if rng.random() < 0.05:
        with fastvec.read_corpus(SENTENCES, cache_dir=folder, cache=False) as corpus:
            fastvec.join_phrases(corpus, phrases).close()


def use_pairs(folder: Path, rng: random.Random) -> None:
    fastvec.count_pairs(folder / "x", min_count=1, threads=1, cache_dir=folder, cache=False)


def text_kinds() -> dict[str, Kind]:
    with fastvec.read_corpus(SENTENCES, cache=False) as corpus:
        vocabulary = corpus.vocabulary(1)
        counts = fastvec.count_cooccurrence(corpus, vocabulary)
    pairs = fastvec.count_pairs([("cat", "purrs", 2.5), ("dog", "barks", 1)], min_count=1)
    phrases = fastvec.find_phrases(SENTENCES, min_count=1, threshold=0.1, passes=2)
    text = "\n".join(SENTENCES).encode()
    lines = made(vocabulary.save, "x")
    arrays = [np.arange(12, dtype=dtype).reshape(3, 4) for dtype in ("<i4", "<u8", ">i2")] + [np.array([1, 2, -1, 3])]
    return {
        "text": Kind([{"x": text}, {"x": "古池や 蛙飛び込む\r\nÀ bientôt — déjà\n".encode()}], use_text),
        "compressed-text": Kind([{"x": data} for data in compressed(text)], use_text),
        "ids": Kind([made(np.save, "x.npy", array) for array in arrays], use_ids),
        "vocabulary": Kind([lines, {"x": b"the 9\nof 7\ncat 1\n"}, {"x": gzip.compress(lines["x"])}], use_vocabulary),
        "words": Kind([lines, {"x": "\n".join(WORDS).encode()}], use_words),
        "counts": Kind([made(each.save, "x.npz") for each in (counts, pairs)], use_counts),
        "phrases": Kind([made(phrases.save, "x")], use_phrases),
        "pairs": Kind([{"x": b"cat purrs 2.5\ndog barks 1\ncat purrs 7\n"}, {"x": b"a b\na c\n"}], use_pairs),
    }


def use_ids(folder: Path, rng: random.Random) -> None:
    with fastvec.read_corpus(folder / "x.npy", threads=1, cache_dir=folder, cache=False) as corpus:
        corpus.vocabulary(1)


# Test sets, and what commands write to be read again


def use_set(read: Callable[[Path], object], score: Callable[..., object]) -> Use:
    wv, once = some_vectors(), Bootstrap(draws=100)

    def use(folder: Path, rng: random.Random) -> None:
        if rng.random() < 0.2:
            find_sets(folder)
        found = read(folder / "x.csv")
        if rng.random() < 0.2:
            for part in found if isinstance(found, list) and score is not evaluation.outliers else [found]:
                score(wv, folder / "x.csv" if score is evaluation.outliers else part, bootstrap=once)

    return use


def use_sweep(folder: Path, rng: random.Random) -> None:
    SweepFile(folder / "x.csv", ("a1", "b2"), ("dim",), ("seconds", "score"), [("10", "1"), ("20", "1")]).__exit__()


def set_kinds() -> dict[str, Kind]:
    def kind(read: Callable[[Path], object], score: Callable[..., object], *texts: str) -> Kind:
        return Kind([{"x.csv": text.encode()} for text in texts], use_set(read, score))

    sweep = "text,tests,dim,seed,seconds,score\na1,b2,10,1,0.5,0.25\na1,b2,20,1,1.5,\n"
    log = '{"phase": "training", "done": 1, "total": 4, "loss": 0.5}\n{"phase": "saving", "done": 4, "total": 4}\n'
    quadruples = ": capitals\nnew york king queen\nman woman king queen\n: gram1\nnew york man woman\n"
    groups = "category,outliers,words\na,\"['7', 'new']\",\"['king', 'queen', 'man']\"\n"
    associations = ": first\nA: king, man\nB: queen, woman\nC: new, 7\nD: york, the\n# no\n"
    scored = "a,b,score\nking,queen,9.5\nman,7,0\nnew,york,3\n", "king queen 9\nnew york 1\n", "king\tqueen\tN\t9\n"
    classes = "king,a\nqueen,a\nnew,b\n7,b\n", "word\tx\ty\nking\ta\tb\n7\tb\ta\n"
    return {
        "questions": kind(evaluation.read_questions, evaluation.analogies, quadruples, "king\tman/7\nnew\tyork\n"),
        "similarity": kind(evaluation.read_pairs, evaluation.similarity, *scored),
        "categories": kind(evaluation.read_classes, evaluation.categories, *classes),
        "outliers": kind(evaluation.read_outliers, evaluation.outliers, groups, "king\nqueen\nman\n\n7\nnew\n"),
        "bias": kind(evaluation.read_associations, evaluation.bias, associations),
        "sweep": Kind([{"x.csv": sweep.encode()}], use_sweep),
        "log": Kind([{"x": log.encode()}], lambda folder, rng: read_losses(folder / "x")),
    }


# Folders


def interrupted(model: str, text: Path) -> dict[str, bytes]:
    def train(folder: Path) -> None:
        with suppress(KeyboardInterrupt):
            fastvec.train(text, **options, checkpoint=folder, every="1%", progress=Interrupt())

    options = options_of(model, epochs=3, **LITTLE)
    return made(train, "state")


def use_cache(folder: Path, rng: random.Random) -> None:
    with fastvec.read_corpus(text_file(), threads=1, cache_dir=folder) as corpus:
        assert corpus.is_whole()
        assert corpus.vocabulary(1)["king"] >= 0


def text_file() -> Path:
    path = Path(tempfile.gettempdir(), f"fuzz-{os.getpid()}.txt")
    if not path.exists():
        path.write_text("\n".join(SENTENCES) + "\n")
    return path


def folder_kinds() -> dict[str, Kind]:
    def use_state(folder: Path, rng: random.Random) -> None:
        fastvec.resume(folder / "state", cache_dir=folder / "cache", cache=False)

    text = text_file()
    states = [interrupted(model, text) for model in TRAINERS]
    cached = made(lambda folder: fastvec.read_corpus(text, cache_dir=folder).close(), "")
    return {
        "checkpoints": Kind(states, use_state),
        "cache": Kind([cached], use_cache),
    }


class Hang(BaseException):
    """An input took too long."""


def refuse(number: int, frame: object) -> None:
    raise Hang


def run(name: str, kind: Kind, numbers: range, seed: int, folder: Path) -> Counter[str]:
    """Fuzz one kind; print each fault when it is first seen, and return how often each was."""
    faults: Counter[str] = Counter()
    pools = {file: [seed[file] for seed in kind.seeds if file in seed] for seed in kind.seeds for file in seed}
    for files in kind.seeds:
        assert sum(is_good(kind, files, folder, trial) for trial in range(20)), f"a seed of {name} is not read"
    signal.signal(signal.SIGPROF, refuse)
    before = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + MEMORY, before[1]))
    for number in numbers:
        if number % 1000 == 0:
            faulthandler.dump_traceback_later(600, exit=True, file=sys.__stderr__)  # a hang in compiled code
        rng = random.Random(f"{seed} {name} {number}")
        files = dict(rng.choice(kind.seeds))
        file = rng.choice(list(files))
        damaged = mutate(files[file], pools[file], rng)
        files[file] = kind.repair(file, damaged) if rng.random() < 0.9 else damaged
        fill(folder, files)
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            kind.use(folder, rng)
            signal.setitimer(signal.ITIMER_PROF, 0)
            continue
        except FastvecError as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            if "\n" not in str(error):
                continue
            fault = f"an error of several lines: {error!r}"
        except (Exception, Hang) as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame for frame in frames if "/fastvec/" in frame.filename] or frames
            at = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
            fault = f"{type(error).__name__} at {at}: {str(error)[:200]}"
            at = f"{type(error).__name__} at {at}"
        else:
            continue
        at = fault[:40] if fault.startswith("an error") else at
        faults[at] += 1
        if faults[at] == 1:
            print(f"{name} {number} ({file}): {fault}", flush=True)
    faulthandler.cancel_dump_traceback_later()
    resource.setrlimit(resource.RLIMIT_AS, before)
    return faults


def is_good(kind: Kind, files: dict[str, bytes], folder: Path, trial: int) -> bool:
    """Return whether files that are not damaged are read."""
    fill(folder, files)
    try:
        kind.use(folder, random.Random(trial))
    except FastvecError:
        return False
    return True


def fill(folder: Path, files: dict[str, bytes]) -> None:
    """Let a folder hold these files only."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, data in files.items():
        if "/" in name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def kinds() -> dict[str, Kind]:
    return vector_kinds() | text_kinds() | set_kinds() | folder_kinds()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000, help="inputs of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", action="append", help="a kind; all by default")
    given = parser.parse_args()
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))
    tempfile.tempdir = str(folder)
    warnings.simplefilter("error")
    logging.disable()
    n_faults = 0
    try:
        inputs = folder / "inputs"
        inputs.mkdir()
        for name, kind in kinds().items():
            if given.only and name not in given.only:
                continue
            began = time.monotonic()
            faults = run(name, kind, range(given.start, given.start + given.inputs), given.seed, inputs)
            n_faults += len(faults)
            seconds = time.monotonic() - began
            print(
                f"{name}: {given.inputs:,} inputs, {given.inputs / seconds:,.0f}/s, {dict(faults) or 'no fault'}",
                flush=True,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return n_faults > 0


if __name__ == "__main__":
    sys.exit(main())
