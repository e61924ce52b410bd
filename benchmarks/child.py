"""The tasks that run in a process of their own: `python -m benchmarks.child TASK ARGUMENTS`, beside `corpus.txt`.

The result is one line of JSON after `RESULT`.
"""

import json
import os
import sys
from time import perf_counter
from typing import Any

from benchmarks.modes import (
    BUCKETS,
    GLOVE_WINDOW,
    LIMIT_SECONDS,
    LONGEST,
    MIN_COUNT,
    MODES,
    NEGATIVE,
    SAMPLE,
    SHORTEST,
    WINDOW,
)

Result = dict[str, Any]


def fastvec(key: str, threads: str, epochs: str) -> Result:
    import fastvec

    mode, began, compiling, seconds = MODES[key], 0.0, 0.0, 0.0

    def listen(progress: Any) -> None:
        nonlocal began, compiling, seconds
        if progress.phase == "compiling":
            began = perf_counter()
        if progress.phase == "training":
            seconds = progress.seconds
            print(f"TRAINED {progress.done} {seconds}", flush=True)
            compiling = compiling or perf_counter() - seconds - began

    if mode.model == "glove":
        options: dict[str, Any] = {"window": GLOVE_WINDOW, "sample": 0, "x_max": 100, "learning_rate": 0.05}
    else:
        negative = NEGATIVE if mode.loss == "negative" else None
        options = {"loss": mode.loss, "window": WINDOW, "sample": SAMPLE, "negative": negative, "init": "word2vec"}
        if mode.has_ngrams:
            options |= {"subwords": f"{SHORTEST}-{LONGEST}", "buckets": BUCKETS}
    start = perf_counter()
    with fastvec.read_corpus("corpus.txt", cache=False) as corpus:
        reading = perf_counter() - start
        wv = fastvec.train(
            corpus, mode.model, dim=mode.dim, min_count=MIN_COUNT, epochs=int(epochs), threads=int(threads),
            progress=listen, **options,
        )  # fmt: skip
    wv.save("vectors", format="safetensors")
    return {
        "seconds": seconds,
        "reading_seconds": reading,
        "compile_seconds": compiling,
        "matrix_bytes": 4 * wv.dim * (2 * len(wv) + (len(wv.subwords.rows) if wv.subwords else 0)),
    }


def gensim(key: str, threads: str, epochs: str) -> Result:
    from gensim.models import FastText, Word2Vec

    mode, start = MODES[key], perf_counter()
    ngrams: dict[str, int] = {"min_n": SHORTEST, "max_n": LONGEST, "bucket": BUCKETS} if mode.has_ngrams else {}
    model = (FastText if ngrams else Word2Vec)(
        vector_size=mode.dim, window=WINDOW, sample=SAMPLE, min_count=MIN_COUNT, workers=int(threads),
        epochs=int(epochs), sg=int(mode.model == "skipgram"), hs=int(mode.loss == "hierarchical"),
        negative=NEGATIVE if mode.loss == "negative" else 0, **ngrams,
    )  # fmt: skip
    model.build_vocab(corpus_file="corpus.txt")
    reading, start = perf_counter() - start, perf_counter()
    model.train(
        corpus_file="corpus.txt",
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    seconds = perf_counter() - start
    model.wv.save_word2vec_format("vectors", binary=True)
    return {"seconds": seconds, "reading_seconds": reading}


def fasttext(key: str, threads: str, epochs: str) -> Result:
    import numpy as np
    from fasttext import train_unsupervised

    mode = MODES[key]
    model = train_unsupervised(
        "corpus.txt", model=mode.model, loss={"negative": "ns", "hierarchical": "hs"}[mode.loss], dim=mode.dim,
        ws=WINDOW, neg=NEGATIVE, t=SAMPLE, minCount=MIN_COUNT, epoch=int(epochs), thread=int(threads), verbose=2,
        minn=SHORTEST * mode.has_ngrams, maxn=LONGEST * mode.has_ngrams, bucket=BUCKETS * mode.has_ngrams,
    )  # fmt: skip
    words = model.get_words()
    with open("vectors", "wb") as file:
        file.write(b"%d %d\n" % (len(words), mode.dim))
        for word in words:
            file.write(word.encode() + b" " + np.asarray(model.get_word_vector(word), np.float32).tobytes() + b"\n")
    return {}  # the time comes from its output


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
    tasks = (fastvec, gensim, fasttext, limits, contexts, accuracy)
    task = {task.__name__: task for task in tasks}[sys.argv[1]]
    print("RESULT", json.dumps(task(*sys.argv[2:])), flush=True)
