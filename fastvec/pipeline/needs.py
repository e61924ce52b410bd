"""What a training takes of the machine, and whether that is there."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.text import Text
from fastvec.errors import MachineError, megabytes
from fastvec.kernels.word2vec import initialise
from fastvec.models import model_of
from fastvec.models.input_rows import InputRows
from fastvec.pipeline.request import Request
from fastvec.training.estimate import LOADING, Estimate, File
from fastvec.training.resources import disk_of, disk_room, memory_room, peak_memory, resident_memory
from fastvec.vectors.formats import find_format

#: Bytes for each word of the table that finds its row, and of the list from which words are saved.
_INDEX = 168
#: Copies of the weights that a folder of checkpoints holds while one of them is written.
_CHECKPOINTS = 3


@dataclass(frozen=True)
class Needs:
    """Memory and files that a training needs, and the memory that there is."""

    memory: int  #: Bytes that the process holds at most; with pages of mapped files as far as there is room.
    files: tuple[File, ...]  #: What is written.
    available: int  #: Bytes of memory that the process may have, with those that it holds.
    limit: str  #: What sets that limit: "the machine", "the control group", "ulimit -v" or "ulimit -d".
    lower: str  #: Parameters that may be lowered to need less memory.

    @property
    def disk(self) -> int:
        """Bytes that are still to be written."""
        return sum(file.size for file in self.files if not file.is_there)

    @property
    def fits(self) -> bool:
        """Whether there is enough memory."""
        return self.memory <= self.available

    def check(self) -> None:
        """Refuse what does not fit.

        Raise `InputError` if there is too little memory, or space on a disk; it names what is needed, what there is and
        the cure.
        """
        if not self.fits:
            raise MachineError(
                f"training takes {megabytes(self.memory)} of memory, and {self.limit} leaves "
                f"{megabytes(self.available)}: lower {self.lower}, or raise min_count (--min-count)"
            )
        disks: dict[int, list[File]] = {}
        for file in self.files:
            if not file.is_there:
                disks.setdefault(disk_of(file.folder), []).append(file)
        for files in disks.values():
            size, free, folder = sum(file.size for file in files), disk_room(files[0].folder), files[0].folder
            if size > free:
                names = " and ".join(file.what for file in files)
                raise MachineError(
                    f"{folder}: {names} take {megabytes(size)}, and {megabytes(free)} are free: free some, choose "
                    "another folder, lower dim (--dim) or max_vocab (--max-vocab), or raise min_count (--min-count)"
                )


def needs_of(
    request: Request,
    estimate: Estimate,
    text: Text,
    base: int,
    peak: int,
    *,
    output: str | os.PathLike[str] | None,
    format: str | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    files: tuple[File, ...] = (),
) -> Needs:
    """Add up what a training needs, from what the model takes.

    `base` and `peak` are the bytes that the process holds before the training, with those of the text, and that it has
    held at most. `output` and `checkpoint` are the file to which vectors will be saved, in a `format`, and the folder
    of checkpoints; `files` are others that are written.
    """
    initial = request.initial
    if initial is not None:
        base += initial.bytes
        if initial.words != "new":  # at most all of its words come on top
            text = replace(text, counts=np.append(text.counts, np.zeros(len(initial.given), np.int64)))
    *phases, vectors = estimate.phases
    saving = vectors._replace(memory=vectors.memory + _INDEX * text.n_words + 2 * text.word_bytes)
    least = max(phase.memory for phase in [*phases, saving])
    most = max(phase.memory + phase.mapped for phase in [*phases, saving])
    if output is not None:
        size = output_size(output, format, text, request)
        files += (File("the vectors", Path(output).absolute().parent, size),)
    if checkpoint is not None and estimate.weights:
        there = sum(path.stat().st_size for path in Path(checkpoint).glob("*.state"))
        files += (File("the checkpoints", Path(checkpoint), max(0, _CHECKPOINTS * estimate.weights - there)),)
    files += tuple(estimate.files)
    room = memory_room()
    memory = max(peak, base + least, min(base + most, room.available))
    return Needs(memory, files, room.available, room.limit, estimate.lower)


def check_needs(
    request: Request,
    source: Corpus | Cooccurrence,
    vocabulary: Vocabulary,
    threads: int,
    *,
    output: str | os.PathLike[str] | None,
    format: str | None = None,
    checkpoint: str | os.PathLike[str] | None,
) -> Needs:
    """Return what a training that is about to begin needs, and refuse what does not fit; see `Needs.check`."""
    corpus = source if isinstance(source, Corpus) else None
    settings, text = request.settings, Text.of(corpus, vocabulary)
    is_loaded = bool(getattr(initialise, "overloads", True))  # compiled code
    needs = needs_of(
        request,
        model_of(settings, source).needs(settings, source, text, threads),
        text,
        resident_memory() + (0 if is_loaded or not settings.counts else LOADING),
        peak_memory(),
        output=output,
        format=format,
        checkpoint=checkpoint,
    )
    needs.check()
    return needs


def output_size(path: str | os.PathLike[str], format: str | None, text: Text, request: Request) -> int:
    """Return the bytes of the file of the vectors."""
    dim, save_context, ngrams = request.settings.dim, request.result.save_context, request.ngrams
    dtype = getattr(request.settings, "dtype", "float32")
    n_ngrams = InputRows.sizes(ngrams, text)[0] if ngrams else 0
    found = find_format(path, format, ngrams)
    return found.size(text.n_words, text.word_bytes, dim, save_context, ngrams, n_ngrams, dtype)
