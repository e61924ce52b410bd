"""Kill trainings again and again, and see whether they end as if nothing had happened.

    python -m tests.kills 50 skipgram 1

kills a training that many times, of a model and with a number of threads; the tests do so a few times. The moments are
drawn from the whole course of a run: importing, reading, compiling, training, saving checkpoints, saving vectors.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

#: Options that make a training last a second or two beyond the start of the program.
OPTIONS = {
    "skipgram": "--dim 64 --epochs 15",
    "cbow": "--model cbow --dim 64 --epochs 50",
    "hierarchical": "--loss hierarchical --dim 64 --epochs 20",
    "cbow-hierarchical": "--model cbow --loss hierarchical --dim 64 --epochs 50",
    "glove": "--model glove --dim 64 --epochs 60",
    "ppmi-svd": "--model ppmi-svd --dim 64",
}


def write_text(path, n_words=300_000, n_types=5000):
    """Write a text of invented words, whose counts fall as they do in languages."""
    ids = np.random.default_rng(1).zipf(1.3, 2 * n_words)
    words = np.array([f"w{k}" for k in range(n_types)])[ids[ids < n_types][:n_words]]
    path.write_text("\n".join(" ".join(words[k : k + 20]) for k in range(0, n_words, 20)))


class Course:
    """Trainings in a folder: one that is left alone, and one that is killed and gone on with.

    Attributes
    ----------
    seconds : float
        How long it takes undisturbed, with checkpoints.
    whole, pieces : Path
        The vectors of the one and the other.
    """

    def __init__(self, folder, model, threads):
        self.folder, self.state = folder, folder / "state"
        self.whole, self.pieces = folder / "whole.safetensors", folder / "pieces.safetensors"
        write_text(folder / "text.txt")
        (folder / "cache").mkdir()
        self.options = [str(folder / "text.txt"), *OPTIONS[model].split(), "--threads", str(threads)]
        subprocess.run(self.line(*self.options, "-o", str(self.whole)), check=True)  # compiles too
        shutil.rmtree(folder / "cache")
        began = time.monotonic()
        self.run()
        self.seconds = time.monotonic() - began
        self.forget()

    def line(self, *arguments):
        return [sys.executable, "-m", "fastvec", "train", "-q", "--cache-dir", str(self.folder / "cache"), *arguments]

    def run(self, seconds=None, number=9):
        """Begin or go on; give True when it came to its end, and False if it was sent a signal before."""
        if (self.state / "run.json").exists():
            line = self.line("--resume", str(self.state))
        else:
            line = self.line(*self.options, "-o", str(self.pieces), "--checkpoint", str(self.state))
        with subprocess.Popen(
            [*line, "--every", "0.1s"], stderr=subprocess.DEVNULL if number != 9 else None
        ) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
        assert process.returncode in (0, -number, 128 + number)
        return process.returncode == 0

    def forget(self):
        """Begin anew the next time."""
        shutil.rmtree(self.state)
        shutil.rmtree(self.folder / "cache", ignore_errors=True)

    def is_same(self):
        """Tell whether both files hold the same bytes."""
        return self.whole.read_bytes() == self.pieces.read_bytes()

    def left_over(self):
        """Give the names of files that are none of those a user would look for."""
        known = {"state", "cache", "text.txt", "whole.safetensors", "pieces.safetensors"}
        return [path.name for path in self.folder.iterdir() if path.name not in known] + [
            path.name for path in self.state.glob(".*")
        ]

    def phase(self):
        """Say how far the training that is killed has come."""
        if not (self.state / "run.json").exists():
            return "nothing"
        names = sorted(path.name for path in self.state.iterdir())  # checkpoint-7.state comes before cooccurrence.npz
        return next((name for name in names if name.endswith((".npz", ".state"))), "begun")


if __name__ == "__main__":
    n_kills, model, threads = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    rng, different = np.random.default_rng(0), 0
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder), model, threads)
        print(f"{model}, {threads} threads: {course.seconds:.1f} s undisturbed")
        while n_kills:
            if course.run(rng.uniform(0, 1.1 * course.seconds)):
                different += not course.is_same()
                print("  came to its end", "" if course.is_same() else "with other bytes")
                course.forget()
            else:
                n_kills -= 1
                print("  killed; there was:", course.phase())
        course.run()
        different += not course.is_same()
        print("files that differ:", different, "left behind:", course.left_over())
