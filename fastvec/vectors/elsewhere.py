"""What others call the attributes of keyed vectors: gensim, and fastText's Python module."""

from typing import TYPE_CHECKING, Any, NoReturn

from fastvec.parameters import by_other_names

#: What to write for a name of gensim or fastText.
MEANT = by_other_names(
    {
        "words": "index_to_key index2word index2entity get_words labels",
        "index(word), `word in wv` and `counts`": "key_to_index vocab get_index has_index_for get_word_id get_vecattr",
        "dim": "vector_size get_dimension",
        "wv[word]": "get_vector word_vec get_word_vector get_input_vector",
        "norms": "vectors_norm fill_norms",
        "normalize()": "init_sims unit_normalize_all get_normed_vectors",
        "centroid(words)": "get_mean_vector get_sentence_vector",
        "most_similar": "similar_by_word similar_by_vector similar_by_key get_nearest_neighbors",
        'most_similar(..., method="3cosmul")': "most_similar_cosmul",
        "analogy(a, b, c)": "get_analogies",
        "similarity and similarities, and subtract from 1": "distance distances cosine_similarities",
        "closer_than": "words_closer_than",
        "subset(words)": "vectors_for_all most_similar_to_given",
        "vectors": "get_input_matrix syn0",
        "context_vectors": "get_output_matrix syn1 syn1neg",
        "save(path)": "save_word2vec_format save_model",
        "fastvec.load(path)": "load load_word2vec_format load_facebook_vectors load_model",
        "fastvec.evaluation.analogies(wv, path)": "evaluate_word_analogies accuracy",
        "fastvec.evaluation.similarity(wv, path)": "evaluate_word_pairs",
        "fastvec.train(text, init_from=wv)": "intersect_word2vec_format train build_vocab",
        "KeyedVectors(words, vectors) of all words": "add_vector add_vectors set_vecattr resize_vectors",
    }
)
_GENSIM_ONLY = "wmdistance relative_cosine_similarity rank_by_centrality similarity_unseen_docs".split()
MEANT |= {name: f"to_gensim().{name}" for name in _GENSIM_ONLY}


def refuse_attribute(owner: Any, kind: str, name: str) -> NoReturn:
    """Raise the `AttributeError` for an attribute that an object, or a class, of a kind lacks."""
    cure = f"; use {MEANT[name]}" if name in MEANT else ""
    raise AttributeError(f"{kind} has no attribute {name!r}{cure}", name=name, obj=owner)


class Suggesting(type):
    """A class whose missing attributes are answered with what they are called here."""

    if not TYPE_CHECKING:  # or type checkers would take any attribute for one

        def __getattr__(cls, name):
            refuse_attribute(cls, cls.__name__, name)
