"""The way from text to keyed vectors, the same for every model."""

import shlex
from contextlib import ExitStack
from dataclasses import asdict, replace
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np

from fastvec._version import __version__
from fastvec.cooccurrence import Cooccurrence
from fastvec.corpus import Corpus, Vocabulary, read_corpus
from fastvec.disk.scratch import system_folder
from fastvec.errors import FastvecError, InputError
from fastvec.models.model import CountModel
from fastvec.pipeline.needs import check_needs
from fastvec.pipeline.request import Request
from fastvec.pipeline.resume import check_text, new_checkpoints, saved_request
from fastvec.training.blocks import count_threads
from fastvec.training.checkpoints import EVERY, Checkpoints
from fastvec.training.job import Job
from fastvec.training.memory import give_back
from fastvec.training.progress import Listener, Progress, ignore, reading
from fastvec.vectors import KeyedVectors, check_target


def train(
    source: Any,
    model: str = "skipgram",
    *,
    min_count: int = 5,
    max_vocab: int | None = None,
    vocabulary: Vocabulary | str | PathLike[str] | None = None,
    vectors: str | None = None,
    save_context: bool = False,
    init_from: KeyedVectors | str | PathLike[str] | None = None,
    init_vocab: str | None = None,
    output: str | PathLike[str] | None = None,
    checkpoint: str | PathLike[str] | None = None,
    every: str = EVERY,
    threads: int | None = None,
    progress: Listener | None = None,
    tokenizer: Any = "whitespace",
    lowercase: bool = False,
    errors: str = "replace",
    cache_dir: str | PathLike[str] | None = None,
    cache: bool = True,
    **parameters: Any,
) -> KeyedVectors:
    """Train word vectors from text.

    Parameters
    ----------
    source : path, list of paths, "-", iterable or Corpus
        A file, a folder, several of them as `pathlib.Path` objects, "-" for standard input, any iterable of sentences
        (strings or lists of tokens), or what `fastvec.read_corpus` gave; in the last case the options for reading,
        from `tokenizer` on, must be left alone. For "ppmi-svd" and "glove" also a `fastvec.Cooccurrence`, with which
        all options for words, reading and counting must be.
    model : str
        "skipgram", "cbow", "ppmi-svd" or "glove".
    min_count : int
        Words that occur less often are passed over.
    max_vocab : int or None
        Keep the most frequent words only, this many.
    vocabulary : Vocabulary, path or None
        Train exactly these words, instead of those that `min_count` and `max_vocab` choose, which must be left alone.
    vectors : str or None
        Which vectors to give: "word", "context", or "sum", word and context vectors added. None takes what serves the
        model best: the sum for GloVe, and for CBOW with negative sampling, unless `save_context` keeps its parts; else
        the word vectors.
    save_context : bool
        Keep the context vectors too, in `context_vectors`.
    init_from : KeyedVectors, path or None
        Start from these vectors, for "skipgram" and "cbow", instead of at random; from the context vectors too if they
        are there (`save_context`). `dim` is theirs. Vectors that are good already want a lower `learning_rate`.
    init_vocab : str or None
        Which words to give with `init_from`: "new", those of this text; "old", those that have vectors, of which the
        ones that occur in this text are trained; "union" (None), both. Words that were not trained come last, as they
        were and with a count of 0.
    output : path or None
        Where to write the vectors too; the suffix says how: .safetensors, .bin, .txt, .vec, .npy.
    checkpoint : path or None
        A new folder, in which the state of the training is saved now and then, and when it is interrupted from the
        keyboard; `resume` goes on from there. It stays, for more epochs; remove it when it has served.
    every : str
        How often it is saved: a time, such as "30s", "10m" or "2h", or a share of the training, such as "5%".
    threads : int or None
        None uses all cores. With word2vec one thread gives the same vectors each time, and several differ a little.
    progress : function of a Progress, or None
        Called about ten times a second, from the thread that called `train`.
    tokenizer, lowercase, errors, cache_dir, cache
        As for `fastvec.read_corpus`.
    **parameters
        Of the model: the attributes of `fastvec.models.Word2Vec`, `fastvec.models.PpmiSvd` or `fastvec.models.Glove`.

    Returns
    -------
    KeyedVectors
        Its metadata hold the parameters, the versions and the fingerprint of the corpus.

    Raises
    ------
    InputError, FileError, TrainingError
        All of them `FastvecError`. What does not fit the memory or the disk is refused before training begins.

    Examples
    --------
    >>> wv = train([["salt", "pepper"], ["hot", "cold"]] * 50, dim=8, threads=1)
    >>> wv.vectors.shape
    (4, 8)
    """
    given = {
        "min_count": min_count,
        "max_vocab": max_vocab,
        "vocabulary": vocabulary,
        "vectors": vectors,
        "save_context": save_context,
        "init_from": init_from,
        "init_vocab": init_vocab,
        "tokenizer": tokenizer,
        "lowercase": lowercase,
        "errors": errors,
    }
    request = Request.of(source, model, given | parameters)
    job = Job(count_threads(threads), progress or ignore)
    _check_output(output, request)
    if checkpoint is None:
        return _make_vectors(source, request, job, output, cache_dir, cache)
    with new_checkpoints(checkpoint, every, source, request, output, threads) as checkpoints:
        return _make_vectors(source, request, replace(job, checkpoints=checkpoints), output, cache_dir, cache)


def resume(
    checkpoint: str | PathLike[str],
    source: Any = None,
    *,
    output: str | PathLike[str] | None = None,
    every: str = EVERY,
    threads: int | None = None,
    progress: Listener | None = None,
    cache_dir: str | PathLike[str] | None = None,
    cache: bool = True,
    **arguments: Any,
) -> KeyedVectors:
    """Go on with a training that was interrupted.

    With one thread, and for GloVe and PPMI-SVD with any number, the vectors are those that the training would have
    given without the interruption.

    Parameters
    ----------
    checkpoint : path
        The folder that was given to `train`. No other process may be training with it.
    source : as for `train`, or None
        None takes the files that were given to `train`; text from elsewhere must be given again.
    output, threads
        As for `train`; None takes what was given there.
    every, progress, cache_dir, cache
        As for `train`.
    **arguments
        More of what was given to `train`. It must be the same, but for `memory`, and for more `epochs`: the learning
        rate then goes on as if there had been as many from the start.

    Returns
    -------
    KeyedVectors

    Raises
    ------
    InputError
        If the text or an argument is another; the message says which and how.
    FileError
        If there are no checkpoints, or all are damaged.
    TrainingError
        If weights are no longer finite.
    """
    with Checkpoints.open(checkpoint, every) as checkpoints:
        source, request = saved_request(checkpoints, source, arguments)
        output = checkpoints.run["output"] if output is None else output
        _check_output(output, request)
        job = Job(
            count_threads(checkpoints.run["threads"] if threads is None else threads), progress or ignore, checkpoints
        )
        return _make_vectors(source, request, job, output, cache_dir, cache)


def _make_vectors(
    source: Any,
    request: Request,
    job: Job,
    output: str | PathLike[str] | None,
    cache_dir: str | PathLike[str] | None,
    cache: bool,
) -> KeyedVectors:
    """Make the vectors that are asked for; the other parameters are those of `train`."""
    settings, vocabulary, initial = request.settings, request.arguments["vocabulary"], request.arguments["init_from"]
    if isinstance(source, Corpus | Cooccurrence) and (cache_dir, cache) != (None, True):
        raise InputError("the text has been read: leave cache_dir and cache alone")
    limits: dict[str, int | None] = {}
    if isinstance(source, Cooccurrence):
        assert isinstance(settings, CountModel)
        chosen, facts = source.vocabulary, source.metadata["corpus"]
        check_text(job.checkpoints, facts, chosen)
        _check_needs(source, chosen, request, job, output)
        words, contexts = settings.fit_counts(source, job)
    else:
        with ExitStack() as stack:
            corpus = source
            if not isinstance(source, Corpus):
                corpus = read_corpus(
                    source, cache_dir=cache_dir, cache=cache, progress=reading(job.listener), **request.reading
                )
                stack.enter_context(corpus)
            if vocabulary is None:
                limits = {name: request.arguments[name] for name in ("min_count", "max_vocab")}
                chosen = corpus.vocabulary(**limits)
            else:
                chosen = vocabulary
            if initial is not None:
                chosen = initial.choose(chosen)
            if vocabulary is not None or (initial is not None and initial.words == "old"):
                corpus = stack.enter_context(corpus.with_vocabulary(chosen))
                chosen = corpus.vocabulary(min_count=1)
            check_text(job.checkpoints, corpus.facts, chosen)
            _check_needs(corpus, chosen, request, job, output)
            words, contexts = settings.fit(corpus, chosen, replace(job, initial=initial))
            facts = corpus.facts
    names, counts = chosen.words, chosen.counts
    if initial is not None:
        others, *rows = initial.others(chosen)
        names, counts = names + others, np.pad(counts, (0, len(others)))
        words = np.concatenate([words, rows[0]])
        contexts = None if contexts is None else np.concatenate([contexts, rows[1]])
    if contexts is not None and request.vectors == "sum":
        words += contexts
    metadata = {
        "corpus": facts,
        "parameters": asdict(settings) | limits | {"vectors": request.vectors},
        "threads": job.threads,
        "versions": {"fastvec": __version__} | {name: version(name) for name in ("numba", "numpy")},
    }
    made = KeyedVectors(
        names,
        contexts if contexts is not None and request.vectors == "context" else words,
        counts=counts,
        context_vectors=contexts if request.arguments["save_context"] else None,
        metadata=metadata,
    )
    if output is not None:
        job.listener(Progress("saving"))
        _save(made, output, job.checkpoints)
    return made


def _check_needs(
    source: Corpus | Cooccurrence,
    chosen: Vocabulary,
    request: Request,
    job: Job,
    output: str | PathLike[str] | None,
) -> None:
    """Refuse what does not fit the memory or the disk, and tell the listener what is needed."""
    job.listener(Progress("planning"))
    give_back()  # what reading has left, before the weights come on top
    needs = check_needs(
        request,
        source,
        chosen,
        job.threads,
        output=output,
        checkpoint=job.checkpoints.folder if job.checkpoints else None,
    )
    job.listener(Progress("planning", memory=needs.memory, disk=needs.disk))


def _check_output(output: str | PathLike[str] | None, request: Request) -> None:
    """Refuse a file that could not be written in the end."""
    if output is not None and check_target(output) != "safetensors" and request.arguments["save_context"]:
        raise InputError(f"{output}: only a .safetensors file can hold the context vectors too")


def _save(made: KeyedVectors, output: str | PathLike[str], checkpoints: Checkpoints | None) -> None:
    """Write the vectors; where that fails, say how to come by them, and write them elsewhere if need be."""
    try:
        made.save(output)
    except FastvecError as error:
        if checkpoints is not None and checkpoints.has_states:
            cure = f"fastvec train --resume {shlex.quote(str(checkpoints.folder))} -o ELSEWHERE"
            raise type(error)(f"{error}; nothing is lost, to go on: {cure}") from None
        refuge = system_folder() / f"{Path(output).stem}-{token_hex(4)}.safetensors"
        try:
            made.save(refuge)
        except FastvecError:
            raise error from None
        raise type(error)(f"{error}; nothing is lost, the vectors are in {refuge}") from None
