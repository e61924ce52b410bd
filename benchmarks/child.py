"""The tasks that run in a process of their own: `python -m benchmarks.child TASK ARGUMENTS`, beside `corpus.txt`.

The result is one line of JSON after `RESULT`.
"""

import json
import os
import sys
from collections import Counter
from time import perf_counter
from typing import Any

from benchmarks.modes import (
    BUCKETS,
    CONTEXT_POWER,
    COUNT_WINDOW,
    FLORET_BUCKETS,
    HASHES,
    LIMIT_SECONDS,
    LONGEST,
    MIN_COUNT,
    MODES,
    NEGATIVE,
    SAMPLE,
    SHORTEST,
    WINDOW,
    Mode,
)

Result = dict[str, Any]


def fastvec(key: str, threads: str, epochs: str) -> Result:
    import fastvec

    mode, began, compiling, seconds, first = MODES[key], 0.0, 0.0, 0.0, 0

    def listen(progress: Any) -> None:
        nonlocal began, compiling, seconds, first
        if progress.phase == "compiling":
            began = perf_counter()
        if progress.phase == "training":
            seconds = progress.seconds
            first = first or progress.done
            # The first words also touch the memory of a large matrix for the first time.
            share = f" {progress.done / progress.total:.6f}" if progress.done > first else ""
            print(f"TRAINED {progress.done} {seconds}{share}", flush=True)
            compiling = compiling or perf_counter() - seconds - began

    options = _options(mode) | {"dim": mode.dim, "threads": int(threads)}
    if mode.model == "ppmi-svd":  # all of it counts, but loading compiled code
        fastvec.train(["one two three four"] * MIN_COUNT, mode.model, **(options | {"dim": 2}))
    else:
        options["epochs"] = int(epochs)
    start = perf_counter()
    with fastvec.read_corpus("corpus.txt", cache=False) as corpus:
        reading = perf_counter() - start
        wv = fastvec.train(corpus, mode.model, min_count=MIN_COUNT, progress=listen, **options)
    seconds = seconds or perf_counter() - start
    if not mode.is_large:
        wv.save("vectors", format="safetensors")
    return {"seconds": seconds, "reading_seconds": reading, "compile_seconds": compiling}


def _options(mode: Mode) -> dict[str, Any]:
    """Return the options of fastvec."""
    if mode.model == "glove":
        return {"window": COUNT_WINDOW, "sample": 0, "x_max": 100, "learning_rate": 0.05}
    if mode.model == "ppmi-svd":
        return {"window": COUNT_WINDOW, "sample": 0, "cds": CONTEXT_POWER}
    options: dict[str, Any] = {"sample": SAMPLE, "init": "word2vec"}
    if mode.model == "pv-dbow":
        return options | {"negative": NEGATIVE}
    options |= {"loss": mode.loss, "window": WINDOW, "context": mode.context, "dtype": mode.dtype}
    options["negative"] = NEGATIVE if mode.loss == "negative" else None
    if mode.ngrams == "floret":
        options |= {"subwords": f"floret:{SHORTEST}-{LONGEST}", "buckets": FLORET_BUCKETS, "hashes": HASHES}
    elif mode.ngrams:
        options |= {"subwords": f"{SHORTEST}-{LONGEST}", "buckets": BUCKETS}
    return options


def gensim(key: str, threads: str, epochs: str) -> Result:
    from gensim.models import Doc2Vec, FastText, Word2Vec

    mode, start = MODES[key], perf_counter()
    options: dict[str, Any] = {"sg": int(mode.model == "skipgram")}
    kind: Any = Word2Vec
    if mode.ngrams:
        kind = FastText
        options |= {"min_n": SHORTEST, "max_n": LONGEST, "bucket": BUCKETS}
    elif mode.model == "pv-dbow":
        kind, options = Doc2Vec, {"dm": 0}
    model = kind(
        vector_size=mode.dim, window=WINDOW, sample=SAMPLE, min_count=MIN_COUNT, workers=int(threads),
        epochs=int(epochs), hs=int(mode.loss == "hierarchical"), negative=NEGATIVE * (mode.loss == "negative"),
        **options,
    )  # fmt: skip
    model.build_vocab(corpus_file="corpus.txt")
    reading = perf_counter() - start
    # The words of a large text take long, and it does not say how far it is.
    name, lines, words = "corpus.txt", model.corpus_count, model.corpus_total_words
    if mode.is_large:
        name = "part.txt"
        with open(name) as text:
            sizes = [len(line.split()) for line in text]
        lines, words = len(sizes), sum(sizes)
    start = perf_counter()
    model.train(corpus_file=name, total_examples=lines, total_words=words, epochs=model.epochs)
    seconds = perf_counter() - start
    if not mode.is_large:
        model.wv.save_word2vec_format("vectors", binary=True)
    return {"seconds": seconds, "reading_seconds": reading, "share": words / model.corpus_total_words}


def fasttext(key: str, threads: str, epochs: str) -> Result:
    from fasttext import train_unsupervised

    return _fasttext(train_unsupervised, MODES[key], threads, epochs, bucket=BUCKETS * bool(MODES[key].ngrams))


def floret(key: str, threads: str, epochs: str) -> Result:
    from floret import train_unsupervised

    options = {"mode": "floret", "hashCount": HASHES, "bucket": FLORET_BUCKETS}
    return _fasttext(train_unsupervised, MODES[key], threads, epochs, **options)


def _fasttext(train: Any, mode: Mode, threads: str, epochs: str, /, **options: Any) -> Result:
    import numpy as np

    model = train(
        "corpus.txt", model=mode.model, loss={"negative": "ns", "hierarchical": "hs"}[mode.loss], dim=mode.dim,
        ws=WINDOW, neg=NEGATIVE, t=SAMPLE, minCount=MIN_COUNT, epoch=int(epochs), thread=int(threads), verbose=2,
        minn=SHORTEST * bool(mode.ngrams), maxn=LONGEST * bool(mode.ngrams), **options,
    )  # fmt: skip
    words = model.get_words()
    _write(words, np.array([model.get_word_vector(word) for word in words], np.float32))
    return {}  # the time comes from its output


def glove_python(key: str, threads: str, epochs: str) -> Result:
    import numpy as np
    from glove import Corpus, Glove

    words, lines = _split()
    corpus = Corpus(words)
    corpus.fit(lines, window=COUNT_WINDOW, ignore_missing=True)
    model = Glove(no_components=MODES[key].dim, learning_rate=0.05)
    start = perf_counter()
    model.fit(corpus.matrix, epochs=int(epochs), no_threads=int(threads))
    seconds = perf_counter() - start
    _write(list(words), np.asarray(model.word_vectors, np.float32))
    return {"seconds": seconds}


def scipy(key: str, threads: str, epochs: str) -> Result:
    """PPMI-SVD as one writes it with sparse matrices: a matrix for each distance, and a truncated SVD."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import svds

    start = perf_counter()
    words, lines = _split()
    rows = np.array([words[word] for line in lines for word in line if word in words])
    line = np.repeat(np.arange(len(lines)), [sum(word in words for word in line) for line in lines])
    counts = coo_array((len(words), len(words))).tocsr()
    for distance in range(1, COUNT_WINDOW + 1):
        first, second = rows[:-distance], rows[distance:]
        near = line[:-distance] == line[distance:]
        cells = np.full(near.sum(), 1 / distance), (first[near], second[near])
        counts += coo_array(cells, shape=counts.shape).tocsr()
    cells = (counts + counts.T).tocoo()
    sums = np.bincount(cells.row, cells.data)
    context = sums**CONTEXT_POWER
    chance = sums[cells.row] * (context / context.sum())[cells.col]
    ppmi = coo_array((np.maximum(np.log(cells.data / chance), 0), (cells.row, cells.col)), cells.shape).tocsr()
    ppmi.eliminate_zeros()
    left, values, _ = svds(ppmi.astype(np.float32), k=MODES[key].dim)
    seconds = perf_counter() - start
    _write(list(words), (left * np.sqrt(values)).astype(np.float32))
    return {"seconds": seconds}


def _split() -> tuple[dict[str, int], list[list[str]]]:
    """Return the rows of the frequent words, by falling frequency, and the lines of the text."""
    with open("corpus.txt") as text:
        lines = [line.split() for line in text]
    counts = Counter(word for line in lines for word in line)
    frequent = [word for word, count in counts.most_common() if count >= MIN_COUNT]
    return {word: row for row, word in enumerate(frequent)}, lines


def _write(words: list[str], vectors: Any) -> None:
    with open("vectors", "wb") as file:
        file.write(b"%d %d\n" % vectors.shape)
        for word, vector in zip(words, vectors, strict=True):
            file.write(word.encode() + b" " + vector.tobytes() + b"\n")


def limits(threads: str) -> Result:
    """Measure matrix products (flop/s) and copies (bytes read and written per second) for as long as a training takes.

    The best of a few short runs would not be comparable: a processor, above all a shared one, is faster at times.
    """
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    size, a_copy = 2048, 1 << 28
    matrices = np.random.default_rng(1).random((3, size, size), dtype=np.float32)
    source, target = np.ones((2, int(threads), a_copy), np.uint8)
    products, copies, n = 0.0, 0.0, 0
    with ThreadPoolExecutor(int(threads)) as pool:
        while min(products, copies) < LIMIT_SECONDS:
            start = perf_counter()
            for _ in range(4):
                np.matmul(matrices[0], matrices[1], out=matrices[2])
            between = perf_counter()
            for _ in range(4):
                list(pool.map(np.copyto, target, source))
            products, copies, n = products + between - start, copies + perf_counter() - between, n + 4
    return {
        "flops_per_second": n * 2 * size**3 / products,
        "bytes_per_second": n * 2 * source.nbytes / copies,
    }


def contexts() -> Result:
    """Return the expected number of pairs of a centre and a context in an epoch.

    One draw of the subsampling, times the probability that a random window reaches each distance.
    """
    import numpy as np

    import fastvec
    from fastvec.kernels.subsampling import keep_probability

    with fastvec.read_corpus("corpus.txt", cache=False) as corpus:
        tokens = np.empty(corpus.n_ids, np.int32)
        corpus.read(0, tokens)
        keep = keep_probability(corpus.vocabulary(MIN_COUNT).counts, SAMPLE)
    chance = np.append(keep, 0)[np.minimum(tokens, len(keep))]
    kept = tokens[(tokens < 0) | (np.random.default_rng(1).random(len(tokens)) < chance)]
    lengths = np.diff(np.flatnonzero(kept < 0), prepend=-1) - 1
    return {"pairs": sum(2 * (1 - (d - 1) / WINDOW) * np.maximum(lengths - d, 0).sum() for d in range(1, WINDOW + 1))}


def accuracy(folder: str) -> Result:
    """Score `vectors`: Google's analogies among the first 30,000 words, and Spearman's correlation on sets of pairs."""
    import fastvec
    from fastvec.evaluation import analogies, similarity

    wv = fastvec.load("vectors")
    found = {"analogies": analogies(wv, limit=30_000).accuracy}
    for name, file in {"WS-353": "EN-WS-353-ALL.txt", "MEN": "EN-MEN-TR-3k.txt"}.items():
        if os.path.exists(path := os.path.join(folder, file)):
            found[name] = similarity(wv, path).spearman
    return found


if __name__ == "__main__":
    tasks = (fastvec, gensim, fasttext, floret, glove_python, scipy, limits, contexts, accuracy)
    task = {task.__name__: task for task in tasks}[sys.argv[1]]
    print("RESULT", json.dumps(task(*sys.argv[2:])), flush=True)
