"""Subwords as floret has them, in few rows that words and n-grams share, and its files."""

import numpy as np
import pytest

import fastvec
from fastvec.errors import FileError, InputError
from fastvec.models import word2vec
from fastvec.settings import Run, Word2Vec
from fastvec.subwords import Ngrams
from fastvec.vectors import FORMATS
from fastvec.vectors.loading import check_copy, describe
from fastvec.words import PackedWords
from tests.models import WORD2VEC
from tests.naive.subwords import floret_buckets, murmur
from tests.texts import separation, two_topics

OPTIONS = {"dim": 8, "subwords": "floret:2-4", "buckets": 300, "threads": 1, "epochs": 3}
WORDS = ["the", "naïve", "词向量", "</s>", "a", "", "interdisciplinary", "a word of more than thirty-two bytes"]


def test_the_hash_is_murmur3():
    assert murmur(b"The quick brown fox jumps over the lazy dog", 0) == (0xE34BBC7BBC071B6C, 0x7A433CA9C49A9347)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3), (4, 5), (3, 20)])
@pytest.mark.parametrize("hashes", [1, 2, 3, 4])
def test_words_and_ngrams_are_hashed_as_in_spacy(sizes, hashes):
    starts, buckets = Ngrams(*sizes, 997, hashes).split(PackedWords.pack(WORDS))
    for word, first, last in zip(WORDS, starts[:-1], starts[1:], strict=True):
        expected = floret_buckets(word, *sizes, hashes, 997) if word else []
        assert sorted(buckets[first:last]) == sorted(expected)


@pytest.fixture(scope="module")
def trained():
    return fastvec.train(two_topics(), **OPTIONS)


def test_each_vector_is_the_mean_of_shared_rows(trained):
    rows = np.zeros((300, 8), np.float32)
    rows[trained.subwords.keys] = trained.subwords.rows
    for word in [*trained.words, "unheard"]:
        mean = rows[floret_buckets(word, 2, 4, 2, 300)].mean(axis=0)
        np.testing.assert_allclose(trained[word], mean, atol=1e-6)


@pytest.mark.parametrize(("model", "loss"), WORD2VEC)
def test_topics_are_separated(model, loss):
    wv = fastvec.train(two_topics(2000), model, loss=loss, **OPTIONS | {"buckets": None, "subwords": "floret"})
    assert separation(wv) > 0.4
    assert wv.subwords.ngrams == Ngrams(4, 5, 100_000, 2)
    assert wv.similarity("peppery", "bread") > wv.similarity("peppery", "storm")


def test_vectors_of_a_warm_start_are_spread_over_the_rows():
    options = OPTIONS | {"epochs": 1, "learning_rate": 1e-9, "init": "ppmi-svd", "dim": 6, "buckets": 5000}
    warm = fastvec.train(two_topics(), **options)
    plain = fastvec.train(two_topics(), **options | {"subwords": None, "buckets": None})
    for word in plain.words:
        assert warm[word] @ plain[word] > 0.95 * np.linalg.norm(warm[word]) * np.linalg.norm(plain[word])


def test_tables_are_written_with_their_words_and_read_without(tmp_path, trained):
    path = tmp_path / "x.floret"
    trained.save(path)
    assert path.read_text().splitlines()[0] == "300 8 2 4 2 2166136261 < >"
    assert [line.split()[0] for line in path.read_text().splitlines()[1:]] == [str(row) for row in range(300)]
    wv = fastvec.load(path)
    assert (wv.words, wv.counts.tolist()) == (trained.words, trained.counts.tolist())
    np.testing.assert_allclose(wv.vectors, trained.vectors, atol=1e-6)
    check_copy(trained, path)
    (tmp_path / "x.vocab.tsv").unlink()
    wv = fastvec.load(path)
    assert len(wv) == 0
    np.testing.assert_allclose(wv["unheard"], trained["unheard"], atol=1e-6)
    with pytest.raises(InputError, match=r"there are no words to search among; list them in X\.vocab\.tsv"):
        wv.most_similar("unheard")


def test_native_files_keep_them_and_training_goes_on(tmp_path, trained):
    trained.save(tmp_path / "x.safetensors")
    copy = fastvec.load(tmp_path / "x.safetensors")
    assert copy.subwords.ngrams == trained.subwords.ngrams
    np.testing.assert_array_equal(copy["unheard"], trained["unheard"])
    trained.save(tmp_path / "x.floret")
    text = [[word.replace("bread", "breads") for word in line] for line in two_topics(seed=3)]
    options = {"threads": 1, "epochs": 1, "learning_rate": 0.05, "subwords": "floret:2-4"}
    wv = fastvec.train(text, init_from=tmp_path / "x.floret", **options)
    assert {"bread", "breads"} <= set(wv.words)
    np.testing.assert_allclose(wv.vectors, wv.subwords.compose(wv.packed_words), atol=1e-6)
    assert not np.allclose(wv["bread"], trained["bread"], atol=1e-3)  # though it was not in the text


def test_other_formats_need_other_ngrams(tmp_path, trained, run):
    trained.save(tmp_path / "x.bin")
    assert describe(tmp_path / "x.bin")["format"] == "word2vec-binary"
    plain = fastvec.KeyedVectors(["a"], [[1]])
    with pytest.raises(InputError, match=r"x\.floret: a floret file holds floret n-grams, and the vectors have none"):
        plain.save(tmp_path / "x.floret")
    with pytest.raises(InputError, match="train with subwords floret"):
        fastvec.train(two_topics(), dim=4, subwords="3-6", output=tmp_path / "x.floret")
    trained.save(tmp_path / "x.safetensors")
    code, _, err = run("convert", str(tmp_path / "x.safetensors"), str(tmp_path / "y.bin"))
    assert (code, "the counts and metadata and floret n-grams, which are omitted" in err) == (0, True)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("3 1 2 4 2 7 < >", "line 1: is not the header of a table of floret, or of one with another seed"),
        ("3 1 2 4 2 2166136261 ( )", "line 1: is not the header"),
        ("3 1 4 2 2 2166136261 < >", "line 1: is not the header"),
        ("3 1 2 4 5 2166136261 < >", "line 1: is not the header"),
        ("3 1 2 4 0 2166136261 < >", "line 1: is not the header"),
        ("4 1 2 4 2 2166136261 < >", "ends after 3 of the 4 words that its header claims$"),
        ("3 2 2 4 2 2166136261 < >", "line 1: claims 2 dimensions, but fewer numbers follow the words$"),
        ("2 1 2 4 2 2166136261 < >", "line 4: more than the 2 words"),
    ],
)
def test_damaged_tables_are_refused(tmp_path, header, message):
    (tmp_path / "x.floret").write_text(f"{header}\n0 1.5\n1 2.5\n2 3.5\n")
    with pytest.raises(FileError, match=message):
        fastvec.load(tmp_path / "x.floret")


def test_rows_out_of_order_are_refused(tmp_path):
    (tmp_path / "x.floret").write_text("3 1 2 4 2 2166136261 < >\n0 1.5\n2 2.5\n1 3.5\n")
    with pytest.raises(FileError, match="its rows are not numbered from 0 to 2"):
        fastvec.load(tmp_path / "x.floret")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subwords": "floret:5-4"}, "or floret, or floret with lengths such as 'floret:4-5', not 'floret:5-4'"),
        ({"subwords": "3-6", "hashes": 2}, "hashes applies with subwords floret only; omit it"),
        ({"hashes": 2}, "hashes applies with subwords floret only; omit it"),
        ({"subwords": "floret", "hashes": 5}, "hashes must be at most 4, not 5"),
        ({"subwords": "floret", "hashes": 0}, "hashes must be at least 1, not 0"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        fastvec.train(two_topics(), dim=4, **options)


def test_ngrams_of_another_kind_are_refused_as_a_start(trained):
    for given, message in (
        ({"hashes": 3}, "hashes must be 2, that of init_from, not 3"),
        ({"subwords": "2-4"}, "subwords must be floret:2-4, that of init_from, not 2-4"),
        ({"subwords": "floret"}, "subwords must be floret:2-4, that of init_from, not floret:4-5"),
    ):
        with pytest.raises(InputError, match=message):
            fastvec.train(two_topics(), init_from=trained, **given)


def test_words_have_no_rows_of_their_own_in_needs():
    from fastvec.corpus.text import Text

    with fastvec.read_corpus(two_topics()) as corpus:
        text = Text.of(corpus, corpus.vocabulary())
        settings = Word2Vec(dim=16, subwords="floret:2-4", buckets=300).for_words(12)
        n_rows = len(fastvec.train(two_topics(), **OPTIONS).subwords.rows)
        assert word2vec.needs(settings, corpus, text, 1).weights == 4 * (n_rows + 12) * 16


def test_the_formats_that_training_writes_are_all():
    assert set(Run.parameters["format"].choices) == set(FORMATS)


def test_spacy_finds_the_same_vectors(tmp_path, trained):
    initialize = pytest.importorskip("spacy.training.initialize")
    spacy = pytest.importorskip("spacy")
    trained.save(tmp_path / "x.floret")
    nlp = spacy.blank("xx")
    initialize.convert_vectors(nlp, tmp_path / "x.floret", truncate=-1, prune=-1, mode="floret")
    for word in [*trained.words, "unheard", "naïve", "词向量"]:
        np.testing.assert_allclose(nlp.vocab[word].vector, trained[word], atol=1e-5)
