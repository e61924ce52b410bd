"""The cost of checkpoints: trainings with and without them, in turns.

    python -m benchmarks.checkpoints corpus.txt --every 10s

Saving more often than once a minute keeps the runs short. The difference in time gives the cost of one checkpoint, and
from that the fraction of a minute that it takes.
"""

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import click

import fastvec


class Clock:
    """A listener that keeps the seconds of training, without those before and after it."""

    seconds = 0.0

    def __call__(self, progress: Any) -> None:
        """Keep the time."""
        if progress.phase == "training":
            self.seconds = progress.seconds


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--model", default="skipgram", show_default=True)
@click.option("--dim", default=300, show_default=True)
@click.option("--epochs", default=3, show_default=True)
@click.option("--threads", type=int, default=None, show_default="all")
@click.option("--every", default="10s", show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(corpus: Path, model: str, dim: int, epochs: int, threads: int | None, every: str, rounds: int) -> None:
    """Measure the cost of checkpoints."""
    times: dict[bool, list[float]] = {False: [], True: []}
    n_saved = size = 0
    with fastvec.read_corpus(corpus) as text:
        fastvec.train(text, model, dim=dim, epochs=1, max_vocab=1000, threads=threads)  # compiles
        for _ in range(rounds):
            for with_checkpoints in (False, True):
                clock, options = Clock(), {}
                with tempfile.TemporaryDirectory() as folder:
                    if with_checkpoints:
                        options = {"checkpoint": Path(folder, "state"), "every": every}
                    fastvec.train(text, model, dim=dim, epochs=epochs, threads=threads, progress=clock, **options)
                    if with_checkpoints:
                        newest = max(Path(folder, "state").glob("checkpoint-*"), key=lambda path: path.stat().st_mtime)
                        n_saved, size = int(newest.stem.partition("-")[2]), newest.stat().st_size
                times[with_checkpoints].append(clock.seconds)
    without, within = median(times[False]), median(times[True])
    each = (within - without) / max(n_saved - 1, 1)  # the last is written after the training
    click.echo(
        f"{model}, {dim} dimensions: {without:.2f} s without, {within:.2f} s with {n_saved - 1} checkpoints of "
        f"{size / 1e6:,.0f} MB; one takes {each:.3f} s, {each / 60:.2%} of a minute"
    )


if __name__ == "__main__":
    main()
