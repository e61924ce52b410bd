"""Run commands of all kinds amid faults, for hours: each ends well or says in one line why not, and leaves no litter.

    python -m tests.soak --minutes 120 --seed 1

A step draws a command line and a fault: a signal at some moment, a full disk (a tmpfs, for root), a limit of memory or
of the size of files, a damaged input, an output that cannot be, more threads than cores, or the same command twice at
once. Each step is a function of the seed and its number: ``--start NUMBER --steps 1`` runs it again, as far as the
moment of a signal can be the same.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import fastvec
from tests.fuzz import mutate
from tests.texts import write_zipf

MODELS = {
    "skipgram": ["", "--loss hierarchical", "--subwords 3-4 --buckets 500", "--context directional", "--deterministic"],
    "cbow": ["", "--loss nce", "--subwords floret:3-4 --buckets 500", "--init word2vec", "--context line"],
    "glove": ["", "--window 3", "--vectors context"],
    "ppmi-svd": ["", "--window 3"],
    "pv-dbow": [""],
}
OUTPUTS = ["v.safetensors", "v.bin", "v.txt", "v.npy", "v.txt.gz", "v.parquet", "v.safetensors.zst"]
#: Command lines on the inputs, and what they write.
COMMANDS = {
    "vocab text.txt --no-cache -o v.tsv": ["v.tsv"],
    "vocab text.txt.gz --tokenizer words --lowercase -o v.tsv": ["v.tsv"],
    "cooccurrence text.txt --window 5 -o c.npz": ["c.npz"],
    "cooccurrence text.txt --memory 600MB -o c.npz": ["c.npz"],
    "cooccurrence --pairs pairs.txt -o c.npz": ["c.npz"],
    "phrases text.txt --min-count 2 --passes 2 -o p.txt --save p.tsv": ["p.txt", "p.tsv"],
    "phrases text.txt --apply phrases.tsv -o p.txt": ["p.txt"],
    "plan text.txt --model glove": [],
    "plan --cooccurrence counts.npz": [],
    "sweep text.txt --dim 4,6 --epochs 1 --seeds 2 --threads 1 --similarity set.csv -o s.csv": ["s.csv"],
    "sweep text.txt --dim 4,6 --epochs 1 --jobs 2 --similarity set.csv -o s.csv": ["s.csv"],
    "convert vectors.safetensors o.bin --check": ["o.bin"],
    "convert vectors.bin o.safetensors": ["o.safetensors"],
    "convert vectors.txt.gz o.npy": ["o.npy", "o.vocab.tsv"],
    "convert vectors.safetensors o.parquet": ["o.parquet"],
    "convert vectors.bin o --format static-model": ["o"],
    "embed vectors.safetensors text.txt -o e.npy": ["e.npy"],
    "align vectors.safetensors vectors.bin -o a.safetensors": ["a.safetensors"],
    "similar vectors.txt.gz w1 w2": [],
    "eval similarity vectors.safetensors --data set.csv": [],
    "info vectors.bin": [],
    "report vectors.safetensors --similarity set.csv -o r.html": ["r.html"],
    "stability text.txt --runs 2 --dim 4 --epochs 1 --threads 1": [],
    "cluster vectors.bin -k 5": [],
    "cache": [],
    "train --cooccurrence counts.npz --model glove --dim 4 --epochs 2 -o g.bin": ["g.bin"],
    "train text.txt --vocab vocab.tsv --phrases phrases.tsv --dim 4 --epochs 1 -o g.bin": ["g.bin"],
    "train text.txt --init-from vectors.bin --epochs 1 -o g.bin": ["g.bin"],
}
FAULTS = ["none", "signal", "signal", "signal", "disk", "memory", "size", "damage", "place", "threads", "twice"]
CODES = {0, 1, 2}
#: The exit codes of commands that signals end.
ENDED = {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@dataclass
class Step:
    """One command in a folder of its own."""

    folder: Path
    arguments: list[str]
    outputs: list[str]
    fault: str
    rng: random.Random
    complaints: list[str] = field(default_factory=list)
    errors: str = ""

    def start(self, *more: str, limits: dict[int, int] | None = None) -> subprocess.Popen[str]:
        def limit() -> None:
            for what, size in (limits or {}).items():
                resource.setrlimit(what, (size, size))

        environment = os.environ | {"TMPDIR": str(self.folder / "tmp"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        line = [sys.executable, "-m", "fastvec", *self.arguments, *more]
        return subprocess.Popen(
            line, cwd=self.folder, env=environment, text=True, preexec_fn=limit, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def end(self, process: subprocess.Popen[str], codes: set[int]) -> int:
        """Wait for a command, and check how it ended."""
        try:
            _, self.errors = process.communicate(timeout=900)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.complaints.append("hangs")
            return -9
        code, lines = process.returncode, self.errors.splitlines()
        if code not in codes:
            self.complaints.append(f"exit code {code}, of {sorted(codes)}")
        if "Traceback" in self.errors:
            self.complaints.append("a traceback")
        if code > 0 and not any(line.startswith(("fastvec: ", "Error: ")) for line in lines[-1:]):
            self.complaints.append("the last line is no error")
        return code

    def run(self) -> None:
        """Run the command amid its fault, then without it, and check what is left."""
        rng, inputs = self.rng, sorted(path.name for path in self.folder.iterdir() if path.is_file())
        limits, codes, older = {}, {0}, {}
        if rng.random() < 0.5:  # what is there already
            for name in self.outputs:
                if name not in ("o", "s.csv") and "state" not in name:
                    self.put_before(name)
        older = {name: (self.folder / name).read_bytes() for name in self.outputs if (self.folder / name).is_file()}
        match self.fault:
            case "memory":
                limits, codes = {resource.RLIMIT_AS: rng.randrange(300 << 20, 3000 << 20)}, CODES
            case "size":
                limits, codes = {resource.RLIMIT_FSIZE: rng.randrange(1 << 10, 300 << 10)}, {0, 1}
            case "damage":
                used = [name for name in inputs if any(name in word for word in self.arguments)]
                name = rng.choice(used or inputs)
                path = self.folder / name
                path.write_bytes(mutate(path.read_bytes(), [], rng))
                codes = CODES
            case "place" if self.outputs:
                target = self.folder / self.outputs[0]
                target.unlink(missing_ok=True)
                older.pop(self.outputs[0], None)
                target.mkdir()
                codes = CODES
            case "disk":
                codes = {0, 1}
        with self.disk(rng) if self.fault == "disk" else nullcontext():
            process = self.start(limits=limits)
            if self.fault == "twice":
                other = self.start()
                self.end(other, {0, 1})
                codes = {0, 1}
            if self.fault == "signal":
                number = rng.choice(list(ENDED))
                time.sleep(rng.uniform(0.2, 4))
                process.send_signal(number)
                codes = {0, ENDED[number]} | ({-number} if process.poll() is None else set())
            code = self.end(process, codes)
            self.check_litter(inputs, is_killed=code == -9)
        changed = [name for name, data in older.items() if (self.folder / name).read_bytes() != data]
        if code and changed and self.fault != "twice":
            self.check_whole(changed)
        if self.fault == "signal" and (self.folder / "state").exists():
            self.resume(code)
        elif code == -9:
            self.end(self.start(), {0, 1})
            self.check_litter(inputs, is_killed=False)
        if not code:
            self.check_whole(self.outputs)

    def put_before(self, name: str) -> None:
        """Put a file where an output will be, which replaces it."""
        source = {".tsv": "vocab.tsv", ".npz": "counts.npz", ".txt": "text.txt"}.get(Path(name).suffix, "vectors.bin")
        if name == "o.vocab.tsv" or name.endswith((".npy", ".parquet", ".html")):
            return
        shutil.copy(self.folder / source, self.folder / name)

    @contextmanager
    def disk(self, rng: random.Random):
        """Put a small disk in the place of the cache, or of the folder for temporary files, or of the checkpoints."""
        place = self.folder / rng.choice(["cache", "tmp"])
        place.mkdir(exist_ok=True)
        size = rng.choice([8, 64, 256, 1024]) << 10
        if subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", place], capture_output=True
        ).returncode:
            yield
            return
        try:
            yield
        finally:
            subprocess.run(["umount", place], check=True)

    def check_litter(self, inputs: list[str], *, is_killed: bool) -> None:
        """Complain of files that nobody asked for."""
        known = {*inputs, *self.outputs, "cache", "tmp", "state", "log"}
        found = {path.name for path in self.folder.iterdir()} - known
        if any(name.endswith(".npy") for name in self.outputs):
            found -= {"v.vocab.tsv"}
        found |= {f"state/{path.name}" for path in self.folder.glob("state/.*")}
        found |= {f"tmp/{path.name}" for path in self.folder.glob("tmp/*") if path.name not in self.errors}
        found |= {str(path.relative_to(self.folder)) for path in self.folder.glob("cache/fastvec/fastvec-making-*")}
        if found and not is_killed:
            self.complaints.append(f"left behind: {sorted(found)}")

    def check_whole(self, names: list[str]) -> None:
        """Complain of outputs that cannot be read."""
        readers = {".tsv": fastvec.Vocabulary.load, ".npz": fastvec.Cooccurrence.load}
        for name in names:
            path = self.folder / name
            try:
                if name == "p.tsv":
                    fastvec.Phrases.load(path)
                elif (
                    name == "v.vocab.tsv"
                    or path.suffix in (".html", ".csv")
                    or name in ("p.txt", "o.vocab.tsv", "e.npy")
                ):
                    assert path.stat().st_size
                else:
                    readers.get(path.suffix, fastvec.load)(path)
            except Exception as error:
                self.complaints.append(f"{name} cannot be read: {error!r}")

    def resume(self, code: int) -> None:
        """Resume a training, which may be killed again, and compare it with one that was never disturbed."""
        output = self.outputs[0]
        own, place = self.arguments, self.arguments.index("--checkpoint")
        fresh = own[:place] + own[place + 4 :]  # without --every
        for _ in range(4):
            if not (self.folder / "state" / "run.json").exists():
                self.arguments = own
                shutil.rmtree(self.folder / "state", ignore_errors=True)
            else:
                self.arguments = ["train", "--resume", "state", "-q"]
            process = self.start()
            if self.rng.random() < 0.5:
                time.sleep(self.rng.uniform(0.5, 4))
                number = self.rng.choice([signal.SIGKILL, signal.SIGINT])
                process.send_signal(number)
                self.end(process, {0, ENDED[number], -number})
            elif self.end(process, {0}) == 0:
                break
        else:
            return
        resumed = (self.folder / output).read_bytes()
        self.arguments = fresh
        self.end(self.start(), {0})
        if (self.folder / output).read_bytes() != resumed:
            self.complaints.append("resumed to other bytes")


def draw(rng: random.Random) -> tuple[list[str], list[str]]:
    """Return a command line and what it writes."""
    if rng.random() < 0.5:
        line, outputs = rng.choice(list(COMMANDS.items()))
        return line.split(), outputs
    model = rng.choice(list(MODELS))
    output = rng.choice(OUTPUTS)
    epochs = "" if model == "ppmi-svd" else f"--epochs {rng.choice((1, 3, 20))}"
    more = rng.choice(["", "--checkpoint state --every 1%", "--checkpoint state --every 0.1s", "--log-json log"])
    line = f"train text.txt --model {model} --dim 8 {epochs} {rng.choice(MODELS[model])} {more} -o {output} --threads 1"
    return line.split(), [output]


def make_inputs(folder: Path) -> None:
    write_zipf(folder / "text.txt", 20_000, 400)
    subprocess.run(["gzip", "-k", folder / "text.txt"], check=True)
    with fastvec.read_corpus(folder / "text.txt", cache=False) as corpus:
        corpus.vocabulary().save(folder / "vocab.tsv")
        fastvec.count_cooccurrence(corpus, corpus.vocabulary()).save(folder / "counts.npz")
        fastvec.find_phrases(corpus, min_count=20).save(folder / "phrases.tsv")
        wv = fastvec.train(corpus, dim=8, epochs=1)
    for name in ("vectors.safetensors", "vectors.bin", "vectors.txt.gz"):
        wv.save(folder / name)
    words = wv.words[:40]
    (folder / "set.csv").write_text("".join(f"{a},{b},{len(a) + ord(b[-1])}\n" for a, b in pairwise(words)))
    (folder / "pairs.txt").write_text("".join(f"{a} x{k % 7} {k % 5 + 1}\n" for k, a in enumerate(words * 20)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first step")
    parser.add_argument("--steps", type=int, default=10**9)
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which children of a shell's background ignore
    end, ended, n_bad, number = time.monotonic() + 60 * given.minutes, Counter(), 0, given.start
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        inputs = Path(folder, "inputs")
        inputs.mkdir()
        make_inputs(inputs)
        with suppress(KeyboardInterrupt):
            while time.monotonic() < end and number < given.start + given.steps:
                rng = random.Random(f"{given.seed} {number}")
                arguments, outputs = draw(rng)
                fault = rng.choice(FAULTS)
                if fault == "threads" and arguments[0] in ("train", "cooccurrence"):
                    arguments = [*" ".join(arguments).replace(" --threads 1", "").split(), "--threads", "17"]
                place = Path(folder, "step")
                shutil.copytree(inputs, place)
                (place / "tmp").mkdir()
                (place / "cache").mkdir()
                step = Step(place, arguments, outputs, fault, rng)
                step.run()
                ended[fault] += 1
                if step.complaints:
                    n_bad += 1
                    print(
                        f"{number} ({fault}): fastvec {' '.join(arguments)}\n  {'; '.join(step.complaints)}", flush=True
                    )
                    print("".join(f"  | {line}\n" for line in step.errors.splitlines()[-6:]), end="", flush=True)
                shutil.rmtree(place)
                number += 1
    print(f"{sum(ended.values()):,} steps, {n_bad} with complaints: {dict(ended)}")
    return n_bad > 0


if __name__ == "__main__":
    sys.exit(main())
