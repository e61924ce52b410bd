"""Kill trainings again and again, and see whether they end as if nothing had happened.

    python -m tests.tools.kills 50 skipgram 1

kills a training that many times, in a mode and with a number of threads; the tests do so a few times. The moments are
drawn from the whole course of a run: importing, reading, compiling, training, saving checkpoints, saving vectors.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.models import arguments_of, options_of
from tests.texts import write_zipf

#: Epochs that make a training last a second or two beyond the start of the program.
EPOCHS = {"skipgram": 15, "skipgram-hierarchical": 20, "cbow": 50, "cbow-hierarchical": 50, "glove": 60}


class Course:
    """Trainings in a folder: one that is never disturbed, and one that is killed and resumed.

    Attributes
    ----------
    seconds : float
        How long it takes undisturbed, with checkpoints.
    whole, pieces : Path
        The vectors of the one and the other.
    """

    def __init__(self, folder, mode, threads, **options):
        self.folder, self.state = folder, folder / "state"
        self.whole, self.pieces = folder / "whole.safetensors", folder / "pieces.safetensors"
        write_zipf(folder / "text.txt")
        (folder / "cache").mkdir()
        options = options_of(mode, epochs=EPOCHS.get(mode), dim=64, threads=threads, **options)
        self.options = [str(folder / "text.txt"), *arguments_of(options)]
        subprocess.run(self.line(*self.options, "-o", str(self.whole)), check=True)  # compiles too
        shutil.rmtree(folder / "cache")
        began = time.monotonic()
        self.run()
        self.seconds = time.monotonic() - began
        self.forget()

    def line(self, *arguments):
        return [sys.executable, "-m", "fastvec", "train", "-q", "--cache-dir", str(self.folder / "cache"), *arguments]

    def run(self, seconds=None, number=9, *, until_saved=False, threads=None):
        """Begin or resume; return whether it came to its end before it was sent a signal.

        The signal is sent after some seconds, or when a state has been saved. It resumes in `threads` threads if this
        is given.
        """
        if (self.state / "run.json").exists():
            line = self.line("--resume", str(self.state), *([] if threads is None else [f"--threads={threads}"]))
        else:
            line = self.line(*self.options, "-o", str(self.pieces), "--checkpoint", str(self.state))
        stderr = None if number == 9 else subprocess.DEVNULL
        with subprocess.Popen([*line, "--every", "0.1s"], stderr=stderr) as process:
            while until_saved and process.poll() is None and not self.phase().startswith("checkpoint-"):
                time.sleep(0.01)
            try:
                process.wait(0 if until_saved else seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
        assert process.returncode in (0, -number, 128 + number)
        return process.returncode == 0

    def forget(self):
        """Begin anew the next time."""
        self.pieces.unlink(missing_ok=True)
        for folder in (self.state, self.folder / "cache"):
            shutil.rmtree(folder, ignore_errors=True)

    def is_same(self):
        """Return whether both files hold the same bytes."""
        return self.whole.read_bytes() == self.pieces.read_bytes()

    def left_over(self):
        """Return the names of files that no user would look for."""
        known = {"state", "cache", "text.txt", "whole.safetensors", "pieces.safetensors"}
        paths = [*self.folder.iterdir(), *self.state.glob(".*")]
        return [path.name for path in paths if path.name not in known]

    def phase(self):
        """Return how far the training that is killed has come."""
        if not (self.state / "run.json").exists():
            return "nothing"
        names = sorted(path.name for path in self.state.iterdir())  # checkpoint-7.state comes before cooccurrence.npz
        return next((name for name in names if name.endswith((".npz", ".state"))), "begun")


if __name__ == "__main__":
    n_kills, mode, threads = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    rng, different = np.random.default_rng(0), 0
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder), mode, threads)
        print(f"{mode}, {threads} threads: {course.seconds:.1f} s undisturbed")
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
