"""The way from text to keyed vectors, the same for every model."""

import shlex
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import numpy as np

from fastvec._version import __version__
from fastvec.checks import count_threads
from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.collocations import join_phrases
from fastvec.cooccurrence.pairs import as_lines, pairs_in
from fastvec.corpus import Corpus, Vocabulary, read_corpus
from fastvec.corpus.notices import NOTICES
from fastvec.disk.scratch import system_folder
from fastvec.errors import FastvecError, InputError, duration
from fastvec.models import model_of
from fastvec.models.model import Made
from fastvec.parameters import documented, take
from fastvec.phrases import Phrases
from fastvec.pipeline.needs import check_needs
from fastvec.pipeline.request import Request, counted_parameters
from fastvec.pipeline.resuming import check_text, new_checkpoints, saved_request
from fastvec.settings import ARGUMENTS, MODELS, Model, Run
from fastvec.training.checkpoints import Checkpoints, check_every
from fastvec.training.job import Job
from fastvec.training.listening import listening
from fastvec.training.progress import LOG, Listener, Progress, logged, reading
from fastvec.training.resources import give_back
from fastvec.vectors import KeyedVectors, check_target
from fastvec.vectors.formats import check_ngrams
from fastvec.vectors.storage import freeze
from fastvec.words import PackedWords

if TYPE_CHECKING:
    from fastvec import keywords

#: Stands for a source that is not given, so that the message can say what is wrong.
_MISSING = object()


@overload
def train(
    source: Any, model: Literal["skipgram", "cbow"] = ..., **arguments: Unpack["keywords.TrainWord2Vec"]
) -> KeyedVectors: ...
@overload
def train(source: Any, model: Literal["glove"], **arguments: Unpack["keywords.TrainGlove"]) -> KeyedVectors: ...
@overload
def train(source: Any, model: Literal["ppmi-svd"], **arguments: Unpack["keywords.TrainPpmiSvd"]) -> KeyedVectors: ...
@overload
def train(source: Any, model: Literal["pv-dbow"], **arguments: Unpack["keywords.TrainPvDbow"]) -> KeyedVectors: ...
@overload
def train(source: Any, model: Model, **arguments: Unpack["keywords.Train"]) -> KeyedVectors: ...
@documented(*ARGUMENTS, Run, *dict.fromkeys(MODELS.values()))
def train(source: Any = _MISSING, model: str | Model = "skipgram", **arguments: Any) -> KeyedVectors:
    """Train word vectors from text.

    Parameters
    ----------
    source : path, list of paths, "-", iterable or Corpus
        A file, a folder, several of them as `pathlib.Path` objects, "-" for standard input, any iterable of sentences
        (strings or lists of tokens), or a corpus from `fastvec.read_corpus`. But for "cbow" and "pv-dbow" also a
        `fastvec.Cooccurrence`, or with `pairs` what `fastvec.count_pairs` takes.
    model : str or Model
        "skipgram", "cbow", "ppmi-svd", "glove" or "pv-dbow"; or the model with its parameters, such as
        `fastvec.Glove(dim=300)`.
    **arguments
        Those below, and the parameters of the model.
    {parameters}

    Returns
    -------
    KeyedVectors
        Its metadata hold the parameters, the versions, the fingerprint of the corpus, and what was given beside text.

    Raises
    ------
    InputError, FileError, TrainingError
        All of them `FastvecError`. What does not fit the memory or the disk is refused before training begins.

    Examples
    --------
    >>> wv = train([["salt", "pepper"], ["hot", "cold"]] * 50, dim=8, sample=0, threads=1)
    >>> wv.vectors.shape
    (4, 8)
    """
    if source is _MISSING:
        raise InputError("train needs a source: a path, or an iterable of sentences, as its first argument")
    run = take(Run, arguments)
    check_every(run.every, run.checkpoint)
    request = Request.of(source, model, arguments)
    n_threads = count_threads(run.threads)
    check_output(run.output, run.format, request)
    with listening(run.progress) as listener:
        job = Job(n_threads, listener)
        if run.checkpoint is None:
            return make_vectors(source, request, job, run.output, run.format)
        with new_checkpoints(run.checkpoint, source, request, run) as checkpoints:
            return make_vectors(source, request, replace(job, checkpoints=checkpoints), run.output, run.format)


def resume(checkpoint: str | PathLike[str], source: Any = None, **arguments: Any) -> KeyedVectors:
    """Resume a training that was interrupted.

    With one thread, and for GloVe, PPMI-SVD and `deterministic` with any number, the vectors are those that the
    training would have made without the interruption.

    Parameters
    ----------
    checkpoint : path
        The folder that was given to `train`. No other process may be training with it.
    source : as for `train`, or None
        None takes the files that were given to `train`; text from elsewhere must be given again.
    **arguments
        As for `train`. Those that decide about the vectors may be omitted, and must be the same, but for more `epochs`:
        the learning rate then continues as if there had been as many from the start. `output`, with its
        `format`, `every` and `threads` are those given to `train` where they are omitted.

    Returns
    -------
    KeyedVectors

    Raises
    ------
    InputError
        If the text or an argument has changed; the message says which and how.
    FileError
        If there are no checkpoints, or all are damaged.
    TrainingError
        If weights are no longer finite.
    """
    run = take(Run, arguments)
    with Checkpoints.open(checkpoint, run.every) as checkpoints:
        source, request = saved_request(checkpoints, source, arguments)
        if not checkpoints.has_states:
            LOG.warning("%s: no state of the training was saved before; it starts from the beginning", checkpoint)
        kept = (checkpoints.run["output"], checkpoints.run.get("format")) if run.output is None else (run.output, None)
        output, format = kept[0], run.format or kept[1]
        check_output(output, format, request)
        threads = checkpoints.run["threads"] if run.threads is None else run.threads
        with listening(run.progress) as listener:
            job = Job(count_threads(threads), listener, checkpoints)
            return make_vectors(source, request, job, output, format)


def make_vectors(
    source: Any, request: Request, job: Job, output: str | PathLike[str] | None, format: str | None
) -> KeyedVectors:
    """Make the vectors that are asked for, and save them."""
    began = perf_counter()
    with ExitStack() as stack:
        job = replace(job, listener=stack.enter_context(logged(job.listener)))
        text = source
        if not isinstance(source, Corpus | Cooccurrence):
            told, lines = reading(job.listener), as_lines(source) if request.words.pairs else source
            text = stack.enter_context(
                read_corpus(lines, threads=job.threads, progress=told, **request.reading.as_dict())
            )
        facts = text.facts
        text, vocabulary = _choose_words(text, request, stack)
        request = request.for_words(len(vocabulary), vocabulary.n_tokens)
        check_text(job.checkpoints, facts, vocabulary)
        _check_needs(text, vocabulary, request, job, output, format)
        settings = request.settings
        trained = model_of(settings, text).fit(settings, text, vocabulary, replace(job, initial=request.initial))
    if isinstance(text, Cooccurrence) and text.is_of_pairs:
        vectors, contexts, _ = trained
        trained = Made(vectors, None)
        if request.result.vectors == "context":
            assert contexts is not None
            assert text.contexts is not None
            vocabulary, trained = text.contexts, Made(contexts, None)
    limits: dict[str, int | None] = {}
    if not isinstance(source, Cooccurrence) and request.words.vocabulary is None:
        limits = {name: getattr(request.words, name) for name in ("min_count", "max_vocab")}
    metadata = metadata_of(request, text, facts, limits, job.threads)
    made = assemble(request, metadata, vocabulary, trained)
    made.phrases = text.phrases if isinstance(text, Corpus) else None
    save(made, output, format, job.checkpoints, job.listener)
    LOG.info("%s words of %d dimensions trained in %s", f"{len(made):,}", made.dim, duration(perf_counter() - began))
    return made


def _choose_words(
    text: Corpus | Cooccurrence, request: Request, stack: ExitStack
) -> tuple[Corpus | Cooccurrence, Vocabulary]:
    """Return the text and the words to train, the first ones of its own."""
    if isinstance(text, Cooccurrence):
        return text, text.vocabulary
    words, initial = request.words, request.initial
    if words.pairs:
        counts = pairs_in(text, words.min_count, words.max_vocab)
        return counts, counts.vocabulary
    given = words.vocabulary
    if words.phrases is not None:
        assert isinstance(words.phrases, Phrases)
        text = stack.enter_context(join_phrases(text, words.phrases))
    if words.weights is not None:
        text = stack.enter_context(text.weighted(words.weights))
    assert given is None or isinstance(given, Vocabulary)
    chosen = text.vocabulary(words.min_count, words.max_vocab) if given is None else text.occurring(given)
    if given is not None and len(chosen) < len(given):
        absent = next(word for word in given if word not in chosen)
        NOTICES.warning(
            "%s: words of the vocabulary that do not occur, or have a count of 0, get no vectors: %s of %s, such as %r",
            text.name, f"{len(given) - len(chosen):,}", f"{len(given):,}", absent,
        )  # fmt: skip
    if initial is not None:
        chosen = initial.choose(chosen)
    if given is not None or (initial is not None and initial.words == "old"):
        text = stack.enter_context(text.with_vocabulary(chosen))
        chosen = text.vocabulary(min_count=1)
    return repeated(text, request, stack), chosen


def repeated(text: Corpus, request: Request, stack: ExitStack) -> Corpus:
    """Return a text as the model takes it: the sentences of greater weight repeated, unless they are counted only."""
    return text if text.weights is None or request.settings.counts else stack.enter_context(text.repeated())


def metadata_of(
    request: Request, source: Any, facts: dict[str, Any], parameters: dict[str, Any], threads: int
) -> dict[str, Any]:
    """Return what vectors record of how they were made; `parameters` are those that are not the model's.

    The threads are recorded where the vectors depend on them.
    """
    settings = request.settings
    is_racing = not settings.counts and not getattr(settings, "deterministic", False)
    chosen = request.settings.as_dict()
    if isinstance(source, Cooccurrence) and source.is_of_pairs:  # pairs have no windows
        chosen = {name: value for name, value in chosen.items() if name not in counted_parameters(source)}
    return {
        "corpus": facts,
        "parameters": chosen | parameters | {"vectors": request.result.vectors},
        "versions": {"fastvec": __version__} | {name: version(name) for name in ("numba", "numpy")},
        "inputs": request.inputs(source),
    } | ({"threads": threads} if is_racing else {})


def assemble(request: Request, metadata: dict[str, Any], vocabulary: Vocabulary, trained: Made) -> KeyedVectors:
    """Make keyed vectors of what was trained, of words that were not, and of what is known about both."""
    words, contexts, subwords = trained
    names, counts, initial, result = vocabulary.words, vocabulary.counts, request.initial, request.result
    if initial is not None:
        others, *rows = initial.others(vocabulary)
        names, counts = names + others, np.pad(counts, (0, len(others)))
        words = np.concatenate([words, rows[0].astype(words.dtype)])
        contexts = None if contexts is None else np.concatenate([contexts, rows[1].astype(contexts.dtype)])
        if subwords is not None and initial.given.subwords is not None:
            subwords = initial.given.subwords.updated(subwords)
            if subwords.ngrams.hashes:  # then words have no rows that would keep their vectors
                words[len(vocabulary) :] = subwords.compose(PackedWords.pack(others, "surrogatepass"))
    if contexts is not None and result.vectors == "sum":
        words += contexts
    return KeyedVectors(
        names,
        freeze(contexts if contexts is not None and result.vectors == "context" else words),
        counts=counts,
        context_vectors=contexts if result.save_context else None,
        subwords=subwords,
        metadata=metadata,
    )


def _check_needs(
    source: Corpus | Cooccurrence,
    chosen: Vocabulary,
    request: Request,
    job: Job,
    output: str | PathLike[str] | None,
    format: str | None,
) -> None:
    """Refuse what does not fit the memory or the disk, and report what is needed."""
    job.listener(Progress("planning"))
    give_back()  # what reading has left, before the weights come on top
    needs = check_needs(
        request,
        source,
        chosen,
        job.threads,
        output=output,
        format=format,
        checkpoint=job.checkpoints.folder if job.checkpoints else None,
    )
    job.listener(Progress("planning", memory=needs.memory, disk=needs.disk))


def check_output(output: str | PathLike[str] | None, format: str | None, request: Request) -> None:
    """Refuse a file that could not be written in the end."""
    if output is None:
        if format is not None:
            raise InputError("format applies with output only; omit it")
        return
    check_target(output, format)
    found = check_ngrams(output, format, request.ngrams)
    if request.result.save_context and "context vectors" not in found.keeps:
        raise InputError(f"{output}: only .safetensors files and fastText's can hold the context vectors too")


def save(
    made: KeyedVectors,
    output: str | PathLike[str] | None,
    format: str | None,
    checkpoints: Checkpoints | None,
    listener: Listener,
) -> None:
    """Write the vectors, if to a file; where that fails, say where they are, and write them elsewhere if need be."""
    if output is None:
        return
    listener(Progress("saving"))
    try:
        made.save(output, format)
    except FastvecError as error:
        if checkpoints is not None and checkpoints.has_states:
            cure = f"fastvec train --resume {shlex.quote(str(checkpoints.folder))} -o ELSEWHERE"
            raise type(error)(f"{error}; nothing is lost, to resume: {cure}") from None
        refuge = system_folder() / f"{Path(output).stem}-{token_hex(4)}.safetensors"
        try:
            made.save(refuge)
        except FastvecError:
            raise error from None
        raise type(error)(f"{error}; nothing is lost, the vectors are in {refuge}") from None
