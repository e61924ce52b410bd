"""The way from text to keyed vectors on a cluster."""

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from os import PathLike
from time import perf_counter
from typing import Any

import distributed
import numpy as np

from fastvec.checks import count_threads
from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.cells import Cells
from fastvec.cooccurrence.counting import READ, nothing_counted
from fastvec.corpus import Vocabulary
from fastvec.corpus.sentences import largest_distance, why_no_context
from fastvec.corpus.sources import STDIN, Files, as_paths, open_source
from fastvec.corpus.spread import STRETCH, spread_order
from fastvec.corpus.urls import is_url
from fastvec.disk.scratch import system_folder
from fastvec.distributed import training
from fastvec.distributed.checkpoints import Checkpoints
from fastvec.distributed.counting import PART, Rows, add_rows, count_part
from fastvec.distributed.reading import Facts, Numbered, Stretch
from fastvec.distributed.session import Session, Watch
from fastvec.distributed.text import Text, read_text, stretch
from fastvec.errors import InputError, TooLittleText
from fastvec.models import spectrum, word2vec
from fastvec.models.input_rows import InputRows
from fastvec.models.model import Made
from fastvec.parameters import take
from fastvec.pipeline.request import Request
from fastvec.pipeline.resuming import check_argument, check_same_text, check_tokenizer
from fastvec.pipeline.run import assemble, check_output, make_vectors, metadata_of, save
from fastvec.settings import Cluster, Counted, Counting, Model, PpmiSvd, Reading, Run, Word2Vec
from fastvec.training.job import Job
from fastvec.training.listening import listening
from fastvec.training.merging import Group, merge, put_groups
from fastvec.training.progress import Listener, Progress
from fastvec.training.resources import default_memory
from fastvec.vectors import KeyedVectors


def train(
    client: distributed.Client,
    urls: str | PathLike[str] | list[str] | list[PathLike[str]],
    model: str | Model = "skipgram",
    *,
    shards: int = Cluster.shards,
    rounds: int = Cluster.rounds,
    **arguments: Any,
) -> KeyedVectors:
    """Train word vectors from text on a Dask cluster.

    The vocabulary and the co-occurrences are those of one machine, and so are the vectors of "ppmi-svd" and "glove",
    which are then made in this process. For "skipgram" and "cbow" each of `shards` parts of the text is trained on by
    one thread, and their changes are merged `rounds` times. The vectors are a function of the text, the parameters,
    `shards` and `rounds`, not of the number of workers, nor of which of them are lost meanwhile.

    Parameters
    ----------
    client : distributed.Client
        Each worker has the same fastvec, numba and numpy, and should have one thread.
    urls : str, path, or list of them
        Files, folders, or URLs such as "s3://bucket/text-*.zst", that all workers can read.
    model : str or Model
        As for `fastvec.train`.
    shards : int
        Parts of the text that are trained on at the same time, at least as many as there are threads.
    rounds : int
        How often these are merged.
    **arguments
        As for `fastvec.train`; `checkpoint` is a path or URL that all workers can write to, where the weights are kept
        after each round. What does not apply to a cluster is refused.

    Returns
    -------
    KeyedVectors

    Raises
    ------
    InputError
        If an argument cannot be used, or the workers cannot: none, other versions, too little memory.
    FileError
        If a file cannot be read or written.
    TrainingError
        If the cluster fails, or weights are no longer finite.
    """
    run = take(Run, arguments)
    source = _files(urls)
    request = Request.of(source, model, arguments)
    checkpoints = None
    if run.checkpoint is not None:
        checkpoints = Checkpoints(_absolute(run.checkpoint))
        checkpoints.refuse_existing()
    return _Training(client, source, request, shards, rounds, run, checkpoints).go({})


def resume(
    client: distributed.Client, checkpoint: str | PathLike[str], urls: Any = None, **arguments: Any
) -> KeyedVectors:
    """Resume a training that was interrupted.

    The vectors are those that the training would have made without the interruption.

    Parameters
    ----------
    client : distributed.Client
        The same cluster, or another one.
    checkpoint : str or path
        The folder or URL that was given to `train`.
    urls : as for `train`, or None
        None takes those that were given to `train`.
    **arguments
        As for `train`. Those that decide about the vectors may be omitted, and must be the same.

    Returns
    -------
    KeyedVectors

    Raises
    ------
    InputError
        If the text or an argument has changed.
    FileError
        If there are no checkpoints.
    """
    run = take(Run, arguments)
    checkpoints = Checkpoints(_absolute(checkpoint))
    saved = checkpoints.open()
    known = saved["arguments"] | {name: saved[name] for name in ("shards", "rounds")}
    for name, value in arguments.items():
        check_argument(checkpoints.url, name, value, known)
        known[name] = value
    check_tokenizer(checkpoints.url, known)
    source = _files(as_paths(saved["source"]) if urls is None else urls)
    shards, rounds = known.pop("shards"), known.pop("rounds")
    request = Request.of(source, known.pop("model"), known)
    run = replace(run, output=saved["output"] if run.output is None else run.output)
    return _Training(client, source, request, shards, rounds, run, checkpoints).go(saved)


def saved_output(checkpoint: str) -> tuple[str | None, None]:
    """Return where the vectors of an interrupted training are written, and the format: that of the suffix."""
    return Checkpoints(_absolute(checkpoint)).open()["output"], None


def _absolute(path: str | PathLike[str]) -> str:
    return str(path) if is_url(str(path)) else os.path.abspath(path)


def _files(urls: Any) -> Files:
    """Return the files of a source, by paths that do not depend on the working directory."""
    several = [urls] if isinstance(urls, str | PathLike) else list(urls)
    if any(str(each) == STDIN for each in several):
        raise InputError("workers cannot read the standard input; name files or URLs")
    found = open_source(as_paths(map(_absolute, several)))
    assert isinstance(found, Files)
    return found


class _Training:
    """One training on a cluster."""

    def __init__(
        self,
        client: distributed.Client,
        source: Files,
        request: Request,
        shards: int,
        rounds: int,
        run: Run,
        checkpoints: Checkpoints | None,
    ) -> None:
        Cluster(shards=shards, rounds=rounds)
        self.client, self.source, self.request, self.run, self.checkpoints = client, source, request, run, checkpoints
        self.shards, self.rounds = shards, rounds
        self._refuse()
        check_output(run.output, None, request)

    def _refuse(self) -> None:
        """Refuse what does not apply to a cluster."""
        request, run, settings = self.request, self.run, self.request.settings
        counts = settings.counts
        given = {
            "init_from": request.initial is not None,
            "vocabulary": request.words.vocabulary is not None,
            "phrases": request.words.phrases is not None,
            "weights": request.words.weights is not None,
            "pairs": request.words.pairs,
            "cache and cache_dir": replace(request.reading, cache=Reading().cache, cache_dir=None) != request.reading,
            "dtype float16": getattr(settings, "dtype", None) == "float16",
            "context line": getattr(settings, "context", None) == "line",
            "format": run.format is not None,
            "every": run.every != Run().every,
            f"model {settings.model}": not isinstance(settings, Word2Vec | Counted),
            f"checkpoint with model {settings.model}": counts and run.checkpoint is not None,
            f"threads with model {settings.model}": not counts and run.threads is not None,
            f"memory with model {settings.model}": any(
                getattr(settings, each) is not None for each in settings.for_counting
            ),
        }
        for name, is_given in given.items():
            if is_given:
                raise InputError(f"on a cluster there is no {name}; omit it, or train on one machine")

    def go(self, saved: dict[str, Any]) -> KeyedVectors:
        """Train, from where a training stopped whose ``run.json`` is `saved`, or from the beginning."""
        with listening(self.run.progress) as listener:
            return self._go(saved, listener)

    def _go(self, saved: dict[str, Any], listener: Listener) -> KeyedVectors:
        run = self.run
        with Session(self.client, listener) as session:
            session.check_workers()
            text = read_text(session, self.source, self.request.reading, self.request.words, self.shards)
            request = self.request.for_words(len(text.vocabulary), text.vocabulary.n_tokens)
            settings = request.settings
            if isinstance(settings, Word2Vec):
                self._keep(text, saved)
                trained = _Rounds(session, text, settings, self.shards, self.rounds, self.checkpoints).go()
            else:
                assert isinstance(settings, Counted)
                counts = count(session, text, settings, self.shards)
        if not isinstance(settings, Word2Vec):
            return make_vectors(counts, request, Job(count_threads(run.threads), listener), run.output, None)
        limits = {name: getattr(request.words, name) for name in ("min_count", "max_vocab")}
        limits |= {"shards": self.shards, "rounds": self.rounds}
        metadata = metadata_of(request, self.source, Stretch(text.facts, []).facts, limits, 1)
        made = assemble(request, metadata, text.vocabulary, trained)
        save(made, run.output, None, None, listener)
        return made

    def _keep(self, text: Text, saved: dict[str, Any]) -> None:
        """Write down what is trained, or check that it is what was interrupted."""
        if self.checkpoints is None:
            return
        facts = {"ids": text.facts.n_ids, "words": len(text.vocabulary), "digest": text.facts.digest}
        if saved:
            check_same_text(self.checkpoints.url, facts, saved["text"])
            return
        output = self.run.output
        self.checkpoints.create(
            {
                "arguments": self.request.as_json(self.source),
                "source": self.source.given,
                "output": None if output is None else os.path.abspath(output),
                "shards": self.shards,
                "rounds": self.rounds,
                "text": facts,
            }
        )


def count(session: Session, text: Text, settings: Counted, shards: int) -> Cooccurrence:
    """Count co-occurrences as one machine would; return them in this process, mapped from files if they are large.

    Raise `InputError` if there are none.
    """
    values = {name: getattr(settings, name) for name in Counting.parameters}
    if isinstance(settings, PpmiSvd):
        values["cell_min_count"] = 0.0  # applied to the PPMI
    counting, facts, vocabulary = Counting(**values), text.facts, text.vocabulary
    n_words, n_blocks = len(vocabulary), -(-facts.n_ids // READ)
    n_columns = counting.sides * n_words
    most = np.cumsum(np.minimum(2 * settings.window * vocabulary.counts, n_columns))
    edges = np.searchsorted(most, np.linspace(0, most[-1], shards + 1)[1:-1]).tolist()
    edges = sorted({0, *edges, n_words})
    step, began = min(PART, -(-n_blocks // shards)), perf_counter()
    parts = []
    for first in range(0, n_blocks, step):
        last = min(first + step, n_blocks)
        places, numbered = text.slices(
            (first * READ - facts.longest - 1) // READ * READ, -(-(last * READ + facts.longest + 1) // READ) * READ
        )
        parts.append(
            session.submit(
                _count, facts, places, text.chosen, counting, (first, last), edges, session.watch(), *numbered
            )
        )
    reach = largest_distance(Stretch(facts, []), settings.window)
    groups = zip(*(session.spread(part, len(edges) - 1) for part in parts), strict=True)
    added = [session.add_up(partial(add_rows, n_columns, None, reach), list(group)) for group in groups]
    final = [session.submit(partial(add_rows, n_columns, counting, reach), group) for group in added]

    def report(n_done: int, told: Iterable[object]) -> None:
        done = facts.n_ids * n_done // (len(parts) + len(final))
        session.listener(Progress("counting", done, facts.n_ids, perf_counter() - began))

    session.wait([*parts, *final], report)
    with Cells(np.float32, default_memory() // 2, system_folder()) as cells:
        for number, group in enumerate(final):
            rows: Rows
            (rows,) = session.results([group], "merging")
            cells.append(number, rows.lengths, rows.columns.array, rows.values.array)
        counted = cells.finish()
    if not counted[0][-1]:
        raise nothing_counted(Stretch(facts, []), vocabulary, counting)
    return Cooccurrence.of_text(vocabulary, counted, counting, Stretch(facts, []).facts)


def _count(
    facts: Facts,
    places: list[int],
    vocabulary: Vocabulary,
    counting: Counting,
    blocks: tuple[int, int],
    edges: list[int],
    watch: Watch,
    *numbered: Numbered,
) -> list[Rows]:
    return count_part(stretch(facts, places, numbered), vocabulary, counting, blocks, edges, watch)


class _Rounds:
    """The rounds of word2vec."""

    def __init__(
        self,
        session: Session,
        text: Text,
        settings: Word2Vec,
        shards: int,
        rounds: int,
        checkpoints: Checkpoints | None,
    ) -> None:
        self.session, self.text, self.settings, self.checkpoints = session, text, settings, checkpoints
        self.shards, self.rounds = shards, rounds
        self.inputs = session.submit(word2vec.input_rows, settings, text.chosen)

    def go(self) -> Made:
        """Train; return the vectors."""
        session, settings, vocabulary = self.session, self.settings, self.text.vocabulary
        inputs: InputRows | None
        (inputs,) = session.results([self.inputs], "planning")
        n_words, n_rows = len(vocabulary), len(inputs) if inputs else len(vocabulary)
        session.check_memory(
            partial(training.worker_needs, settings, n_rows, n_words * settings.n_places),
            "dim (--dim) or max_vocab (--max-vocab)",
        )
        found = self.checkpoints.last_round() if self.checkpoints else None
        if found and self.checkpoints:
            first, checksums, usual = found
            groups = self._read(first, checksums)
        else:
            first, start = 0, self._start()
            groups = session.spread(session.spread(start, 1)[0], self.shards)
            (usual,) = session.results(session.spread(start, 2)[1:], "planning")
        self.began, n_centres = perf_counter(), 1 if found else 0
        for number in range(first, self.rounds):
            groups, centres = self._round(number, groups)
            n_centres += centres
            if self.checkpoints:
                checksums = session.results(
                    [
                        session.submit(self.checkpoints.write_group, number + 1, k, group)
                        for k, group in enumerate(groups)
                    ],
                    "saving",
                )
                self.checkpoints.finish_round(number + 1, checksums, usual)
                groups = self._read(number + 1, checksums)
        if not n_centres:
            empty = Stretch(self.text.facts, [])
            raise TooLittleText(why_no_context(empty, vocabulary, settings.sample, settings.window))
        W, C = training.new_weights(settings, vocabulary, inputs)
        put_groups(session.results(groups), W, C)
        word2vec.check_weights(settings, W, C, usual, self.shards)
        return word2vec.made_of(settings, W, C, inputs)

    def _read(self, number: int, checksums: list[str]) -> list[distributed.Future]:
        """Return the weights of a checkpoint; their tasks depend on nothing that was trained in this process."""
        assert self.checkpoints is not None
        read = self.checkpoints.read_group
        return [self.session.submit(read, number, k, checksum) for k, checksum in enumerate(checksums)]

    def _start(self) -> distributed.Future:
        """Return the first weights and the usual length."""
        session, text = self.session, self.text
        ranges = _counted(text.facts.n_ids) if self.settings.init == "ppmi-svd" else []
        pieces = []
        for place, end, numbered in zip(text.places[:-1], text.places[1:], text.numbered, strict=True):
            if inside := [(max(a, place), min(b, end)) for a, b in ranges if a < end and b > place]:
                pieces.append(session.submit(_pieces, place, inside, numbered))
        watch = session.watch()
        start = session.submit(_start, self.settings, text.facts, text.chosen, self.inputs, self.shards, watch, *pieces)
        session.wait([start], lambda done, told: session.listener(told[-1] if told else Progress("planning")))
        return start

    def _round(self, number: int, groups: list[distributed.Future]) -> tuple[list[distributed.Future], int]:
        """Train for one round; return the weights after it, and the number of centres that had a context."""
        session, text, shards = self.session, self.text, self.shards
        bounds = [text.facts.n_ids * k // shards for k in range(shards + 1)]
        part = number / self.rounds, (number + 1) / self.rounds
        changes = []
        for shard, ((first, last), home) in enumerate(zip(pairwise(bounds), session.homes(shards), strict=True)):
            places, numbered = text.slices(first, last)
            watch = session.watch(f"{number}-{shard}")
            own = self.settings, text.facts, places, (first, last), text.chosen, self.inputs, shard, part, watch
            changes.append(session.submit(_train, *own, *numbered, *groups, **home))
        spread = [session.spread(each, shards + 1) for each in changes]
        merged = [session.submit(merge, group, *(each[k] for each in spread)) for k, group in enumerate(groups)]
        centres = [each[shards] for each in spread]
        total = self.settings.epochs * text.facts.n_tokens

        def report(n_done: int, told: list[Progress]) -> None:
            of_round = min(1.0, sum(each.done - each.before for each in told) * self.rounds / total)
            done = (
                total
                if n_done == len(merged) + len(centres) and number + 1 == self.rounds
                else total * (number + of_round) / self.rounds
            )
            losses = [each.loss for each in told if each.loss is not None]
            now = Progress("training", round(done), total, perf_counter() - self.began)
            session.listener(
                replace(
                    now,
                    epoch=min(int(done / text.facts.n_tokens) + 1, self.settings.epochs),
                    learning_rate=word2vec.learning_rate(self.settings, done / total),
                    loss=float(np.mean(losses)) if losses else None,
                )
            )

        session.wait([*merged, *centres], report)
        return merged, sum(session.results(centres))


def _counted(n_ids: int) -> list[tuple[int, int]]:
    """Return the ranges of ids that `fastvec.models.spectrum` counts."""
    if n_ids <= spectrum.COUNTED:
        return [(0, n_ids)]
    chosen = np.sort(spread_order(n_ids)[: spectrum.COUNTED // STRETCH])
    return [(int(k) * STRETCH, int(k + 1) * STRETCH) for k in chosen]


def _pieces(place: int, ranges: list[tuple[int, int]], numbered: Numbered) -> list[tuple[int, Any]]:
    """Return some ranges of ids of a slice, each with its place."""
    return [(first, np.array(numbered.ids.array[first - place : last - place])) for first, last in ranges]


def _start(
    settings: Word2Vec,
    facts: Facts,
    vocabulary: Vocabulary,
    inputs: InputRows | None,
    n: int,
    watch: Watch,
    *pieces: list[tuple[int, Any]],
) -> tuple[list[Group], float]:
    text = Stretch(facts, [piece for several in pieces for piece in several])
    return training.first_groups(settings, text, vocabulary, inputs, n, watch)


def _train(
    settings: Word2Vec,
    facts: Facts,
    places: list[int],
    bounds: tuple[int, int],
    vocabulary: Vocabulary,
    inputs: InputRows | None,
    shard: int,
    part: tuple[float, float],
    watch: Watch,
    *given: Any,
) -> list[Any]:
    numbered, groups = given[: len(places)], given[len(places) :]
    text = stretch(facts, places, numbered, *bounds)
    return training.train_shard(settings, text, vocabulary, inputs, shard, part, watch, *groups)
