"""What is done beside training: reading, counting, loading, searching, evaluating, embedding texts.

`python -m benchmarks.uses KEY TOOL` measures one, in a process of its own, beside the files that
`python -m benchmarks.uses prepare N_VECTORS` writes. Each is done once before, on little, which loads compiled code.
The memory is the peak beyond what the process held before.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.machine import resident
from benchmarks.modes import COUNT_WINDOW, MIN_COUNT

Result = dict[str, Any]
#: Queries one by one and in a batch; pairs; candidates of analogies; dimensions of the vectors that are loaded.
SINGLE, BATCH, PAIRS, LIMIT, DIM = 200, 1000, 3000, 30_000, 300


class Use(NamedTuple):
    """A measurement; for each tool the function that returns the work done and the call that does it."""

    key: str
    group: str
    title: str
    tools: dict[str, Callable[[], tuple[float, Callable[[], Any]]]]
    #: The text: the usual one, or the "whole" corpus.
    text: str = "usual"


def fastvec_reading():
    import fastvec

    fastvec.read_corpus(["one two"], cache=False, threads=2).close()
    return _megabytes("corpus.txt"), lambda: fastvec.read_corpus("corpus.txt", cache=False, progress=False).close()


def gensim_reading():
    from gensim.models import Word2Vec

    return _megabytes("corpus.txt"), lambda: Word2Vec(min_count=MIN_COUNT).build_vocab(corpus_file="corpus.txt")


def glove_reading():
    return _megabytes("corpus.txt"), lambda: _run("vocab_count", "-min-count", MIN_COUNT)


def fastvec_counting():
    import fastvec

    text = fastvec.read_corpus("corpus.txt", cache=False)
    little = fastvec.read_corpus(["one two"], cache=False)
    vocabulary = text.vocabulary(MIN_COUNT)
    fastvec.count_cooccurrence(little, little.vocabulary(1), window=COUNT_WINDOW, progress=False)
    return text.n_tokens, lambda: fastvec.count_cooccurrence(text, vocabulary, window=COUNT_WINDOW, progress=False)


def glove_counting():
    _run("vocab_count", "-min-count", MIN_COUNT, output="words")
    return len(Path("corpus.txt").read_bytes().split()), lambda: _run(
        "cooccur", "-window-size", COUNT_WINDOW, "-vocab-file", "words", "-memory", 2
    )


def fastvec_loading(name: str):
    def prepare():
        import fastvec

        fastvec.load(f"small{name}")
        return len(fastvec.load("random.safetensors")), lambda: fastvec.load(f"random{name}")

    return prepare


def gensim_loading(name: str, **options: Any):
    def prepare():
        from gensim.models import KeyedVectors

        if name == ".kv":
            return _rows(), lambda: KeyedVectors.load("random.kv", mmap="r")
        return _rows(), lambda: KeyedVectors.load_word2vec_format(f"random{name}", **options)

    return prepare


def fastvec_model():
    import fastvec

    fastvec.load("model.bin", limit=10)
    return _rows("words"), lambda: fastvec.load("model.bin")


def gensim_model():
    from gensim.models.fasttext import load_facebook_vectors

    return _rows("words"), lambda: load_facebook_vectors("model.bin")


def fasttext_model():
    import fasttext

    fasttext.FastText.eprint = lambda *_: None
    return _rows("words"), lambda: fasttext.load_model("model.bin")


def fastvec_single():
    wv, words = _fastvec_random()
    return SINGLE, lambda: [wv.most_similar(word) for word in words[:SINGLE]]


def gensim_single():
    wv, words = _gensim_random()
    return SINGLE, lambda: [wv.most_similar(word) for word in words[:SINGLE]]


def fastvec_batch():
    wv, words = _fastvec_random()
    return BATCH, lambda: wv.nearest(words[:BATCH])


def gensim_batch():
    _, found = gensim_single()
    return SINGLE, found


def fastvec_analogies():
    import fastvec
    from fastvec.evaluation import analogies, read_questions

    wv, questions = fastvec.load("words.safetensors"), read_questions("questions.txt")
    analogies(wv, questions, limit=1000)
    return _covered(), lambda: analogies(wv, "questions.txt", limit=LIMIT)


def gensim_analogies():
    wv = _gensim_words()
    return _covered(), lambda: wv.evaluate_word_analogies("questions.txt", restrict_vocab=LIMIT)


def fastvec_pairs():
    import fastvec
    from fastvec.evaluation import similarity

    wv = fastvec.load("words.safetensors")
    similarity(wv, "pairs.tsv")
    return PAIRS, lambda: similarity(wv, "pairs.tsv")


def gensim_pairs():
    wv = _gensim_words()
    wv.evaluate_word_pairs("pairs.tsv", restrict_vocab=len(wv))
    return PAIRS, lambda: wv.evaluate_word_pairs("pairs.tsv", restrict_vocab=len(wv))


def fastvec_embedding():
    import fastvec

    wv = fastvec.load("words.safetensors")
    wv.embed(["one two"])
    return _lines(), lambda: wv.embed(Path("corpus.txt"))


def gensim_embedding():
    wv = _gensim_words()

    def embed():
        with open("corpus.txt") as text:
            return [wv.get_mean_vector(line.split(), pre_normalize=False) for line in text]

    return _lines(), embed


def numpy_embedding():
    import numpy as np

    wv = _gensim_words()
    rows, vectors = wv.key_to_index, wv.vectors

    def embed():
        means = []
        with open("corpus.txt") as text:
            for line in text:
                known = [rows[word] for word in line.split() if word in rows]
                means.append(vectors[known].mean(axis=0) if known else np.zeros(vectors.shape[1], np.float32))
        return np.array(means)

    return _lines(), embed


TEXT, LOADING, SEARCHING, SCORING = "Text", "Loading", "Searching", "Evaluation and texts"
USES = {
    use.key: use
    for use in (
        Use(
            "reading", TEXT, "read text, MB/s",
            {"fastvec": fastvec_reading, "gensim": gensim_reading, "glove": glove_reading}, "whole",
        ),
        Use(
            "counting", TEXT, "count co-occurrences, words/s",
            {"fastvec": fastvec_counting, "glove": glove_counting},
        ),
        Use(
            "load-text", LOADING, "word2vec text, vectors/s",
            {"fastvec": fastvec_loading(".txt"), "gensim": gensim_loading(".txt")},
        ),
        Use(
            "load-binary", LOADING, "word2vec binary, vectors/s",
            {"fastvec": fastvec_loading(".bin"), "gensim": gensim_loading(".bin", binary=True)},
        ),
        Use(
            "load-own", LOADING, "own format, mapped into memory, vectors/s",
            {"fastvec": fastvec_loading(".safetensors"), "gensim": gensim_loading(".kv")},
        ),
        Use(
            "load-fasttext", LOADING, "fastText model with n-grams, words/s",
            {"fastvec": fastvec_model, "gensim": gensim_model, "fasttext": fasttext_model},
        ),
        Use(
            "query", SEARCHING, "neighbours of a word, one by one, queries/s",
            {"fastvec": fastvec_single, "gensim": gensim_single},
        ),
        Use(
            "batch", SEARCHING, "neighbours of 1,000 words, queries/s",
            {"fastvec": fastvec_batch, "gensim": gensim_batch},
        ),
        Use(
            "analogies", SCORING, "Google's analogies, questions/s",
            {"fastvec": fastvec_analogies, "gensim": gensim_analogies},
        ),
        Use(
            "pairs", SCORING, "similarity of 3,000 pairs, pairs/s",
            {"fastvec": fastvec_pairs, "gensim": gensim_pairs},
        ),
        Use(
            "embed", SCORING, "mean vectors of texts, texts/s",
            {"fastvec": fastvec_embedding, "gensim": gensim_embedding, "numpy": numpy_embedding},
        ),
    )
}  # fmt: skip


def prepare(n_vectors: int) -> Result:
    """Write random vectors, vectors and a fastText model of the words of `corpus.txt`, questions and pairs."""
    import lzma

    import numpy as np

    import fastvec

    matrix = (np.random.default_rng(1).standard_normal((n_vectors, DIM), np.float32) * 0.2).round(6)
    wv = fastvec.KeyedVectors([f"word{row}" for row in range(n_vectors)], matrix)
    for suffix in (".safetensors", ".bin", ".txt"):
        wv.save(f"random{suffix}")
        wv.subset(wv.words[:10]).save(f"small{suffix}")
    wv.to_gensim().save("random.kv")
    options = {"dim": 100, "epochs": 1, "init": "word2vec", "min_count": MIN_COUNT, "cache": False, "progress": False}
    words = fastvec.train("corpus.txt", **options, output="words.safetensors").words
    fastvec.train("corpus.txt", **options, subwords="3-6", buckets=200_000, output="model.bin", format="fasttext")
    packed = files("fastvec.evaluation.data").joinpath("questions-words.txt.xz").read_bytes()
    Path("questions.txt").write_bytes(lzma.decompress(packed))
    draw = random.Random(1)
    lines = (f"{draw.choice(words)}\t{draw.choice(words)}\t{draw.random():.2f}\n" for _ in range(PAIRS))
    Path("pairs.tsv").write_text("".join(lines))
    return {}


def _megabytes(path: str) -> float:
    return Path(path).stat().st_size / 1e6


def _lines() -> int:
    return Path("corpus.txt").read_bytes().count(b"\n")


def _rows(name: str = "random") -> int:
    import fastvec

    return len(fastvec.load(f"{name}.safetensors"))


def _run(program: str, *options: Any, output: str = "/dev/null") -> None:
    with open("corpus.txt") as text, open(output, "w") as out:
        subprocess.run([program, *map(str, options)], stdin=text, stdout=out, stderr=subprocess.DEVNULL, check=True)


def _fastvec_random() -> tuple[Any, list[str]]:
    import fastvec

    wv = fastvec.load("random.safetensors")
    wv.nearest(wv.words[:1])
    return wv, list(wv.words[:BATCH])


def _gensim_random() -> tuple[Any, list[str]]:
    from gensim.models import KeyedVectors

    wv = KeyedVectors.load_word2vec_format("random.bin", binary=True)
    wv.most_similar(wv.index_to_key[0])
    return wv, wv.index_to_key[:BATCH]


def _gensim_words() -> Any:
    import fastvec

    wv = fastvec.load("words.safetensors").to_gensim()
    wv.fill_norms()
    return wv


def _covered() -> int:
    """Count the questions whose words are all among the candidates."""
    import fastvec

    words = set(fastvec.load("words.safetensors").words[:LIMIT])
    with open("questions.txt") as questions:
        return sum(words.issuperset(line.lower().split()) for line in questions if not line.startswith(":"))


def measure(key: str, tool: str) -> Result:
    amount, call = USES[key].tools[tool]()
    is_known = Path("/proc/self/clear_refs").exists()
    if is_known:
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = resident("VmRSS")
    start, n = perf_counter(), 0
    while not n or perf_counter() - start < 0.5:
        kept = call()
        n += 1
    seconds = (perf_counter() - start) / n
    del kept
    peak = resident("VmHWM") - before if is_known else 0
    if tool == "glove":  # a program
        peak = getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024
    return {"seconds": seconds, "per_second": amount / seconds, "peak_bytes": peak}


if __name__ == "__main__":
    result = prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else measure(*sys.argv[1:])
    print("RESULT", json.dumps(result), flush=True)
