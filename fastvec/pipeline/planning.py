"""How much memory, disk and time a training will take: formulas for the first two, a timed sample for the third."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numba.core.event import install_timer

from fastvec.checks import count_threads
from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.collocations import join_phrases
from fastvec.cooccurrence.pairs import as_lines, pairs_in
from fastvec.corpus import Corpus, Vocabulary, read_corpus
from fastvec.corpus.needs import reading_bytes
from fastvec.corpus.reading import is_cached
from fastvec.corpus.sources import STDIN, Files, open_source
from fastvec.corpus.stream import stream_folder
from fastvec.corpus.text import Text
from fastvec.errors import InputError, duration, megabytes
from fastvec.models import model_of
from fastvec.parameters import take
from fastvec.phrases import Phrases
from fastvec.pipeline.machines import seconds_on
from fastvec.pipeline.needs import Needs, needs_of
from fastvec.pipeline.request import Request
from fastvec.pipeline.run import repeated
from fastvec.pipeline.sample import LARGE, SampledSource, extrapolate
from fastvec.pipeline.timing import measure
from fastvec.settings import Cluster, Model, Reading, Run
from fastvec.tabular import Tabular
from fastvec.training.checkpoints import check_every
from fastvec.training.estimate import File
from fastvec.training.job import Job
from fastvec.training.listening import listening
from fastvec.training.progress import Listener, Progress, reading
from fastvec.training.resources import check_program, disk_room, peak_memory, resident_memory
from fastvec.vectors import KeyedVectors
from fastvec.vectors.formats import find_format

#: Words of the sample that is saved.
_SAVED = 20_000


@dataclass(frozen=True, repr=False)
class Plan(Needs, Tabular):
    """What a training will take, and what there is.

    Attributes
    ----------
    n_words, n_tokens, n_types : int
        Words that are trained, words of the text, and distinct words of the text.
    is_sampled : bool
        Whether the text is so large that only a part of it was read, and these numbers are estimates.
    seconds : dict of str to float
        By phase; "start-up" is the loading of compiled code, without that of Python and the libraries, which has been
        done. Empty where the training does not fit the memory: then nothing is timed.
    threads : int
        With which the time was measured.
    n_weights : int
        Weights that are trained; 0 for "ppmi-svd" and "glove".
    """

    n_words: int
    n_tokens: int
    n_types: int
    is_sampled: bool
    seconds: dict[str, float]
    threads: int
    n_weights: int

    def __repr__(self) -> str:
        time = "" if self.total_seconds is None else f", {duration(self.total_seconds)}"
        return f"<Plan: {megabytes(self.memory)} of memory, {megabytes(self.disk)} of disk{time}>"

    def table(self) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Return the headings, and the rows: the text, memory, disk and time."""
        about = "about " if self.is_sampled else ""
        rows = [
            ("text", f"{about}{self.n_tokens:,} words, {self.n_types:,} distinct, {self.n_words:,} to train"),
            ("memory", f"{megabytes(self.memory)} of {megabytes(self.available)} ({self.limit})"),
        ]
        for file in self.files:
            size, room = megabytes(file.size), megabytes(disk_room(file.folder))
            rows.append(("disk", f"{size} for {file.what}, of {room} free in {file.folder}"))
        rows += [("time", f"{duration(seconds)} for {phase}") for phase, seconds in self.seconds.items()]
        if self.total_seconds is not None:
            rows.append(("time", f"{duration(self.total_seconds)} in all"))
        return ("need", "estimate"), list(rows)

    @property
    def total_seconds(self) -> float | None:
        """All phases together, or None where nothing was timed."""
        return sum(self.seconds.values()) if self.seconds else None

    def on_machines(self, machines: int, *, gigabits: float = 10, rounds: int = Cluster.rounds) -> dict[str, float]:
        """Estimate the time on several machines like this one, with a shard for each of their threads.

        Parameters
        ----------
        machines : int
            Their number.
        gigabits : float
            That the network of each machine moves in a second.
        rounds : int
            How often the shards are merged.

        Returns
        -------
        dict of str to float
            As `seconds`; "merging" includes the transport of the weights.

        Raises
        ------
        InputError
            If a value is out of range.
        """
        return seconds_on(machines, self.seconds, self.n_weights, self.threads, gigabits, rounds)


def plan(source: Any, model: str | Model = "skipgram", **arguments: Any) -> Plan:
    """Estimate the memory, disk and time that `fastvec.train` with the same arguments will take.

    The text is read, and kept for the training, unless it is larger than 512 MB and was not read before: then a part of
    it is. Nothing is trained but a sample that takes a few seconds.

    Parameters
    ----------
    source : path, list of paths, Corpus or Cooccurrence
        As for `fastvec.train`, but neither the standard input nor an iterator, which can be read only once.
    model, **arguments
        As for `fastvec.train`.

    Returns
    -------
    Plan
        Its method `check` refuses what does not fit.

    Raises
    ------
    InputError, FileError
        As `fastvec.train`, and if the source can be read only once.

    Examples
    --------
    >>> found = plan([["salt", "pepper"], ["hot", "cold"]] * 50, dim=8, sample=0, threads=1)
    >>> found.n_words, found.n_tokens
    (4, 200)
    >>> found.check()
    """
    check_program()
    run = take(Run, arguments)
    check_every(run.every, run.checkpoint)
    request = Request.of(source, model, arguments)
    n_threads = count_threads(run.threads)
    opened = _open(source)
    with listening(run.progress) as listener:
        return _plan(source, opened, request, run, n_threads, listener)


def _plan(source: Any, opened: Files | None, request: Request, run: Run, n_threads: int, listener: Listener) -> Plan:
    listener(Progress("planning"))
    seconds = {"start-up": _load_kernels(request.settings, n_threads)}
    base, peak = resident_memory(), peak_memory()
    with ExitStack() as stack:
        if isinstance(source, Cooccurrence):
            found = _Found(None, source.vocabulary, Text.of(None, source.vocabulary))
        else:
            found = stack.enter_context(_read(source, opened, request, listener, n_threads))
            if request.words.pairs:
                assert found.corpus is not None
                source = pairs_in(found.corpus, request.words.min_count, request.words.max_vocab)
                found = found._replace(corpus=None, vocabulary=source.vocabulary, text=Text.of(None, source.vocabulary))
        listener(Progress("planning"))
        text, corpus = found.text, found.corpus
        request = request.for_words(text.n_words, int(text.counts.sum()))
        estimate = model_of(request.settings, corpus or source).needs(
            request.settings, corpus or source, text, n_threads
        )
        needs = needs_of(
            request,
            estimate,
            text,
            base + text.bytes,
            max(peak + text.bytes, base + found.memory),
            output=run.output,
            format=run.format,
            checkpoint=run.checkpoint,
            files=found.files,
        )
        facts = vars(needs) | {"n_words": text.n_words, "n_tokens": text.n_tokens, "n_types": text.n_types}
        n_weights = 0 if request.settings.counts else estimate.weights // 4
        planned = Plan(**facts, is_sampled=text.is_sampled, seconds={}, threads=n_threads, n_weights=n_weights)
        if not needs.fits:
            return planned
        seconds |= {"reading": found.seconds} | measure(request.settings, estimate, text, n_threads)
        seconds["saving"] = _saving_seconds(found.vocabulary, text, request, run)
    return replace(planned, seconds=seconds)


def _open(source: Any) -> Files | None:
    """Return a source if it is files; refuse one that is none, or could not be read again for the training."""
    opened = None if isinstance(source, Corpus | Cooccurrence | Iterator) else open_source(source)
    files = opened if isinstance(opened, Files) else None
    if isinstance(source, Iterator) or (files and STDIN in files.paths):
        raise InputError(
            "a plan must read the text before the training does, and the standard input, or an iterator, can be read "
            "only once: save it in a file, and plan with that"
        )
    return files


def _load_kernels(settings: Model, threads: int) -> float:
    """Train on next to nothing, and return the seconds that loading compiled code takes, without compiling."""
    began = perf_counter()
    tiny: dict[str, Any] = {"dim": 2}
    if settings.counts:
        import scipy.linalg  # noqa: F401 - which the decomposition of a larger matrix imports

        tiny |= {"sample": 0.0, "memory": None, "tolerance": 0.5}
    compiling: list[float] = []
    with (
        install_timer("numba:compile", compiling.append),
        read_corpus([[f"{k}" for k in range(1200)]] * 2, progress=False) as corpus,
    ):
        words = corpus.vocabulary(1)
        chosen = type(settings)(**settings.as_dict() | tiny).for_words(len(words))
        model_of(chosen, corpus).fit(chosen, corpus, words, Job(threads))
    return max(0.0, perf_counter() - began - sum(compiling))


class _Found(NamedTuple):
    """What was read, and what will be known of the text when it is read for the training."""

    corpus: Corpus | None
    vocabulary: Vocabulary
    text: Text
    seconds: float = 0.0
    memory: int = 0  #: Bytes that reading it takes.
    files: tuple[File, ...] = ()


def _is_sampled(files: Files, request: Request) -> bool:
    """Return whether a part of the text stands for all: it is large, and has not been read yet."""
    return (files.n_bytes or 0) > LARGE and not is_cached(files, request.reading)


@contextmanager
def _read(source: Any, opened: Files | None, request: Request, listener: Listener, threads: int) -> Iterator[_Found]:
    """Read a source, or a sample of it; `opened` is one of files."""
    limits = request.words.min_count, request.words.max_vocab
    options: dict[str, Any] = request.reading.as_dict() | {"threads": threads}
    given = request.words.vocabulary
    is_whole = request.words.pairs or request.words.weights is not None  # of which no part stands for all
    assert given is None or isinstance(given, Vocabulary)
    scale = 0.0  # how many times as long as its sample a text is
    began = perf_counter()
    with ExitStack() as stack:
        if isinstance(source, Corpus):
            corpus = source
        elif not is_whole and opened and _is_sampled(opened, request):
            pieces = SampledSource(opened)
            corpus = stack.enter_context(
                read_corpus(pieces, progress=False, **options | {"cache": False, "cache_dir": None})
            )
            scale = max(1.0, (opened.n_bytes or 0) / max(1, pieces.n_read))
        else:
            lines = as_lines(source) if request.words.pairs else source
            corpus = stack.enter_context(read_corpus(lines, **options, progress=reading(listener)))
            if corpus.is_cached and not corpus.is_reused:  # the training will find it
                began = perf_counter()
                corpus = stack.enter_context(read_corpus(lines, progress=False, **options))
        is_there, is_read = corpus.is_cached, corpus.is_cached or isinstance(source, Corpus)
        type_bytes = corpus.memory / max(1, corpus.n_types) - 16
        if isinstance(request.words.phrases, Phrases):
            corpus = stack.enter_context(join_phrases(corpus, request.words.phrases))
        if request.words.weights is not None:
            corpus = stack.enter_context(corpus.weighted(request.words.weights))
        if given is not None:
            corpus = stack.enter_context(corpus.with_vocabulary(given if scale else corpus.occurring(given)))
        is_chosen = given is None and not scale and not request.words.pairs
        chosen = corpus.vocabulary(*limits) if is_chosen else corpus.vocabulary(1)
        corpus = repeated(corpus, request, stack)
        seconds = (perf_counter() - began) * (scale or 1)
        text = extrapolate(corpus, scale, *limits) if scale and given is None else Text.of(corpus, chosen)
        if scale and given is not None:
            text = text.times(scale)
        streams = [_stream(text, request.reading, is_there=is_there)] if opened else []
        if corpus.weights is not None:
            streams.append(File("the word ids of sentences with weights", corpus.folder, 4 * text.n_ids))
        memory = 0 if is_read else reading_bytes(text, type_bytes, request.reading, threads)
        yield _Found(corpus, chosen, text, seconds, memory, tuple(streams))


def _stream(text: Text, kept: Reading, *, is_there: bool) -> File:
    """Return the files of the word ids, which are there twice at first where words are found in pieces of text."""
    parent = stream_folder(kept.cache_dir, is_cached=kept.cache)
    n_copies = 2 if kept.tokenizer == "words" and not is_there else 1
    return File("the word ids", parent, n_copies * 4 * text.n_ids + text.bytes, is_there)


def _saving_seconds(vocabulary: Vocabulary, text: Text, request: Request, run: Run) -> float:
    """Save some vectors, and return the seconds that all of them take."""
    words, output = vocabulary.words[:_SAVED], run.output
    if output is None or not words:
        return 0.0
    format, n_rows = find_format(output, run.format, request.ngrams), text.n_words
    if request.ngrams is not None and request.ngrams.kind in format.keeps and (format.fills or format.needs):
        n_rows += request.ngrams.buckets
    name = "word2vec-text" if format.needs else format.name  # tables of n-grams are text
    matrix = np.random.default_rng(0).standard_normal((len(words), request.settings.dim), np.float32)
    with tempfile.TemporaryDirectory(dir=Path(output).absolute().parent) as folder:
        began = perf_counter()
        context = matrix if request.result.save_context else None
        vectors = KeyedVectors(words, matrix, counts=np.ones(len(words)), context_vectors=context)
        vectors.save(Path(folder, Path(output).name), name)
        return (perf_counter() - began) * n_rows / len(words)
