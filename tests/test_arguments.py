"""Whatever a public function is given: it takes it, or refuses it with an error of fastvec's own in one line."""

import inspect
from pathlib import Path

import numpy as np

import fastvec
from fastvec import FastvecError, KeyedVectors, Vocabulary, evaluation
from fastvec.settings import ALL

WORDS = "king queen man woman cat cats dog dogs".split()
TEXT = ["a b c d", "b c d e"] * 20
WRONG = [None, -1, 2**70, 1.5, float("nan"), "", "x\0", b"x", [None], {"a": 1}, object(), np.zeros(3), True]
FILES = {
    "q.txt": ": family\nking queen man woman\nman woman king queen\n",
    "p.csv": "king,queen,9\nking,cat,1\nman,woman,8\ndog,cat,6\n",
    "c.tsv": "king\tperson\nqueen\tperson\nman\tperson\ncat\tanimal\ndog\tanimal\n",
    "b.txt": ": test\nmen: king man\nwomen: queen woman\npets: cat dog\nmany: cats dogs\n",
    "o.csv": ",category,outliers,words\n0,people,\"['cat']\",\"['king', 'queen', 'man']\"\n",
}


def calls():
    """Return public functions by name, each with arguments that are right."""
    wv = KeyedVectors(WORDS, np.random.default_rng(0).standard_normal((8, 5)))
    corpus = fastvec.read_corpus(TEXT)
    vocabulary = corpus.vocabulary()
    counts = fastvec.count_cooccurrence(corpus, vocabulary)
    phrases = fastvec.find_phrases(corpus, threshold=0)
    little = {"dim": 2, "sample": 0, "threads": 1}
    scored = evaluation.ScoredPairs("scored", tuple("abacbd"), np.arange(3.0))
    pairs = {"firsts": phrases.firsts, "seconds": phrases.seconds}
    return {
        "train": (fastvec.train, {"source": TEXT, "epochs": 1} | little),
        "plan": (fastvec.plan, {"source": TEXT} | little),
        "sweep": (
            fastvec.sweep,
            {"source": TEXT, "grid": {"dim": [2]}, "seeds": 1, "similarity": scored, "output": "sweep.csv"},
        ),
        "resume": (fastvec.resume, {"checkpoint": "nowhere"}),
        "load": (fastvec.load, {"path": "v.bin"}),
        "read_corpus": (fastvec.read_corpus, {"source": TEXT}),
        "count_cooccurrence": (fastvec.count_cooccurrence, {"corpus": corpus, "vocabulary": vocabulary}),
        "count_pairs": (fastvec.count_pairs, {"source": [["a", "x"], ["b", "y"]], "min_count": 1}),
        "find_phrases": (fastvec.find_phrases, {"source": corpus}),
        "join_phrases": (fastvec.join_phrases, {"corpus": corpus, "phrases": phrases}),
        "Phrases.load": (fastvec.Phrases.load, {"path": "nowhere"}),
        "Phrases.save": (phrases.save, {"path": "phrases.tsv"}),
        "Phrases[]": (phrases.__getitem__, {"tokens": "a b"}),
        "Phrases.join": (lambda sentences: list(phrases.join(sentences)), {"sentences": ["a b"]}),
        "ppmi": (fastvec.ppmi, {"counts": counts}),
        "explicit_vectors": (
            fastvec.explicit_vectors,
            {"matrix": fastvec.ppmi(counts), "vocabulary": vocabulary, "words": ["a"]},
        ),
        "Corpus.vocabulary": (corpus.vocabulary, {}),
        "Corpus.with_vocabulary": (corpus.with_vocabulary, {"vocabulary": vocabulary}),
        "Corpus.with_joined": (corpus.with_joined, pairs),
        "Corpus.read": (corpus.read, {"start": 0, "out": np.zeros(3, np.int32)}),
        "Vocabulary": (Vocabulary, {"words": ["a", "b"], "counts": [2, 1]}),
        "Vocabulary.load": (Vocabulary.load, {"path": "nowhere"}),
        "Vocabulary.save": (vocabulary.save, {"path": "vocabulary.tsv"}),
        "Vocabulary[]": (vocabulary.__getitem__, {"word": "a"}),
        "Cooccurrence.load": (fastvec.Cooccurrence.load, {"path": "nowhere"}),
        "Cooccurrence.save": (counts.save, {"path": "counts.npz"}),
        "KeyedVectors": (KeyedVectors, {"words": ["a"], "vectors": [[1.0]]}),
        "from_gensim": (KeyedVectors.from_gensim, {}),
        "from_pandas": (KeyedVectors.from_pandas, {}),
        "most_similar": (wv.most_similar, {"positive": "king"}),
        "nearest": (wv.nearest, {"items": ["king"]}),
        "analogy": (wv.analogy, {"a": "king", "b": "man", "c": "woman"}),
        "similarity": (wv.similarity, {"first": "king", "second": "man"}),
        "similarities": (wv.similarities, {"item": "king"}),
        "n_similarity": (wv.n_similarity, {"first": ["king"], "second": ["man"]}),
        "document_similarity": (wv.document_similarity, {"first": ["king"], "second": ["man"]}),
        "doesnt_match": (wv.doesnt_match, {"words": WORDS}),
        "closer_than": (wv.closer_than, {"first": "king", "second": "man"}),
        "rank": (wv.rank, {"first": "king", "second": "man"}),
        "centroid": (wv.centroid, {"words": WORDS}),
        "units": (wv.units, {"items": WORDS}),
        "index": (wv.index, {"word": "king"}),
        "vector": (wv.vector, {"word": "king"}),
        "[]": (wv.__getitem__, {"key": "king"}),
        "cluster": (wv.cluster, {"n_clusters": 2}),
        "remove_components": (wv.remove_components, {}),
        "subset": (wv.subset, {"words": WORDS[:2]}),
        "concatenate": (wv.concatenate, {"other": wv}),
        "align": (wv.align, {"other": wv}),
        "embedding_matrix": (wv.embedding_matrix, {"words": WORDS}),
        "save": (wv.save, {"path": "x.bin"}),
        "to_projector": (wv.to_projector, {"folder": "projector"}),
        "analogies": (evaluation.analogies, {"wv": wv, "path": "q.txt"}),
        "analogy_grid": (evaluation.analogy_grid, {"wv": wv, "questions": "q.txt"}),
        "evaluation.similarity": (evaluation.similarity, {"wv": wv, "path": "p.csv"}),
        "categories": (evaluation.categories, {"wv": wv, "path": "c.tsv"}),
        "outliers": (evaluation.outliers, {"wv": wv, "path": "o.csv"}),
        "compare": (evaluation.compare, {"vectors": [wv, wv], "questions": "q.txt", "pairs": "p.csv"}),
        "bias": (evaluation.bias, {"wv": wv, "path": "b.txt"}),
        "stability": (evaluation.stability, {"vectors": [wv, wv]}),
        "train_repeatedly": (evaluation.train_repeatedly, {"source": TEXT, "runs": 2, "epochs": 1} | little),
        "read_associations": (evaluation.read_associations, {"path": "b.txt"}),
        "read_questions": (evaluation.read_questions, {"path": "q.txt"}),
        "read_pairs": (evaluation.read_pairs, {"path": "p.csv"}),
        "read_classes": (evaluation.read_classes, {"path": "c.tsv"}),
        "read_outliers": (evaluation.read_outliers, {"path": "o.csv"}),
        "find_sets": (evaluation.find_sets, {"paths": ["q.txt"]}),
        "record": (evaluation.record, {"wv": KeyedVectors(["a"], [[1.0]]), "results": []}),
        "Bootstrap": (evaluation.Bootstrap, {}),
        **{group.__name__: (group, {}) for group in ALL},
    }


def test_wrong_arguments_are_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text)
    faults = []
    for name, (function, right) in calls().items():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                continue
            for value in WRONG:
                try:
                    function(**right | {parameter.name: value})
                except FastvecError as error:
                    fault = str(error) if "\n" in str(error) else None
                except Exception as error:  # whatever it is, it is what is looked for
                    fault = repr(error)
                else:
                    fault = None
                if fault:
                    faults.append(f"{name}({parameter.name}={value!r}): {fault}")
    assert faults == []


def test_all_public_functions_are_called():
    called = [function for function, _ in calls().values()]
    public = [getattr(module, name) for module in (fastvec, evaluation) for name in module.__all__]
    omitted = [each.__name__ for each in public if inspect.isfunction(each) and each not in called]
    assert omitted == ["draw_sections", "draw_sweep"]  # which need matplotlib
