"""Vectors in the programs for which they are written, where these are installed: the same words and numbers."""

import subprocess
import sys

import numpy as np
import pytest

from fastvec import FileError, InputError, KeyedVectors, load

WORDS = ["the", "King", "naïve", "don't", "new_york"]


@pytest.fixture
def wv():
    matrix = np.random.default_rng(1).standard_normal((5, 8)).astype(np.float32)
    about = {"corpus": {"lowercase": True, "tokenizer": "words"}}
    return KeyedVectors([word.lower() for word in WORDS], matrix, counts=[90, 7, 5, 3, 1], metadata=about)


def mean(wv, words):
    total = np.mean([wv[word] for word in words], 0)
    return total / np.linalg.norm(total)


def test_model2vec_encodes_texts_with_the_vectors(wv, tmp_path):
    model2vec = pytest.importorskip("model2vec")
    wv.save(tmp_path / "model", "static-model")
    model = model2vec.StaticModel.from_pretrained(tmp_path / "model")
    assert np.array_equal(model.embedding[1:], wv.vectors)
    found = model.encode(["The naïve (don't!) xyz", "new_york, the", "nothing known"])
    expected = [mean(wv, ["the", "naïve", "don't"]), mean(wv, ["new_york", "the"]), np.zeros(8)]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_sentence_transformers_encodes_texts_with_the_vectors(wv, tmp_path):
    package = pytest.importorskip("sentence_transformers")
    wv.save(tmp_path / "model", "static-model")
    found = package.SentenceTransformer(str(tmp_path / "model"), device="cpu").encode(["The naïve (don't!) xyz"])
    np.testing.assert_allclose(found, [mean(wv, ["the", "naïve", "don't"])], atol=1e-6)


def test_plain_means_of_weighted_vectors_are_weighted_means(wv):
    heavy = wv.weighted("idf")
    np.testing.assert_allclose(heavy.embed(["king naïve"]), wv.embed(["king naïve"], "idf"), atol=1e-6)
    assert np.array_equal(wv.weighted("mean").vectors, wv.vectors)
    with pytest.raises(InputError, match="weighting 'sif' needs the counts of words"):
        KeyedVectors(["a"], [[1]]).weighted("sif")


@pytest.fixture
def table(wv, tmp_path):
    pytest.importorskip("pyarrow")
    wv.save(tmp_path / "x.parquet")
    return tmp_path / "x.parquet"


def test_a_table_keeps_counts_and_metadata(wv, table):
    copy = load(table)
    assert copy.counts.tolist() == wv.counts.tolist()
    assert copy.metadata == wv.metadata


def test_pandas_reads_the_table_and_writes_one(wv, table):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(table)
    assert frame["word"].tolist() == wv.words
    assert np.array_equal(np.stack(frame["vector"]), wv.vectors)
    frame.to_parquet(table)
    assert np.array_equal(load(table).vectors, wv.vectors)


def test_polars_reads_the_table_and_writes_one(wv, table):
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(table)
    assert np.array_equal(frame["vector"].to_numpy(), wv.vectors)
    frame.write_parquet(table)
    assert np.array_equal(load(table).vectors, wv.vectors)


def test_duckdb_finds_neighbours_in_the_table_and_writes_one(wv, table):
    duckdb = pytest.importorskip("duckdb")
    query = f"""
        WITH words AS (SELECT word, vector::FLOAT[8] AS vector FROM '{table}')
        SELECT b.word, array_cosine_similarity(a.vector, b.vector) AS cosine
        FROM words a, words b WHERE a.word = 'king' AND b.word <> 'king' ORDER BY cosine DESC LIMIT 3"""
    found, expected = duckdb.sql(query).fetchall(), wv.most_similar("king", topn=3)
    assert [word for word, _ in found] == [word for word, _ in expected]
    np.testing.assert_allclose([cosine for _, cosine in found], [cosine for _, cosine in expected], atol=1e-6)
    other = table.with_name("duck.parquet")
    duckdb.sql(f"COPY (SELECT word, vector::FLOAT[8] AS vector FROM '{table}') TO '{other}'")
    assert np.array_equal(load(other).vectors, wv.vectors)


def test_spacy_makes_the_same_vectors(wv, tmp_path):
    spacy = pytest.importorskip("spacy")
    wv.save(tmp_path / "x.txt")
    arguments = ["init", "vectors", "en", str(tmp_path / "x.txt"), str(tmp_path / "model")]
    subprocess.run([sys.executable, "-m", "spacy", *arguments], check=True, capture_output=True)
    vocab = spacy.load(tmp_path / "model").vocab
    assert all(np.array_equal(vocab[word].vector, wv[word]) for word in wv.words)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"word": ["a"], "x": [1]}, "has no column 'vector'; its columns are word, x"),
        ({"word": ["a"], "vector": [1.5]}, "its column vector is double; a list of numbers is expected"),
        ({"word": ["a"], "vector": [["b"]]}, "its column vector has numbers of the kind string"),
        ({"word": ["a"], "vector": [[1.0]], "count": ["x"]}, "is not a Parquet table that can be read"),
        ({"word": ["a", None], "vector": [[1.0], [2.0]]}, "has 1 rows without a word; remove them"),
        ({"word": ["a"], "vector": [[1.0, None]]}, "has numbers that are missing"),
        ({"word": ["a", "b"], "vector": [[1.0], [2.0, 3.0]]}, "its vectors have 1 numbers, and that of row 2 2"),
        ({"word": ["a"], "vector": [[0.5][:0]]}, "its column vector has numbers of the kind null"),
    ],
)
def test_tables_that_are_none_of_vectors_are_refused(tmp_path, columns, message):
    parquet = pytest.importorskip("pyarrow.parquet")
    from pyarrow import table

    parquet.write_table(table(columns), tmp_path / "x")
    with pytest.raises(FileError, match=message):
        load(tmp_path / "x")


def test_a_damaged_table_is_refused(table):
    table.write_bytes(table.read_bytes()[:-9])
    with pytest.raises(FileError, match=r"x.parquet: is not a Parquet table that can be read"):
        load(table)


def test_tables_of_the_projector_must_fit(wv, tmp_path):
    wv.to_projector(tmp_path / "p")
    (tmp_path / "p" / "metadata.tsv").write_text("word\tclass\na\t1\nb\t1\n")
    with pytest.raises(FileError, match=r"metadata.tsv: has 2 words, and .*vectors.tsv 5 rows"):
        load(tmp_path / "p")
    (tmp_path / "p" / "vectors.tsv").write_text("1\t2\n3\tx\n")
    with pytest.raises(FileError, match=r"vectors.tsv: could not convert string 'x'"):
        load(tmp_path / "p")
    (tmp_path / "p" / "vectors.tsv").write_text("\n\n")
    with pytest.raises(FileError, match=r"vectors.tsv: holds no numbers"):
        load(tmp_path / "p")
    (tmp_path / "p" / "vectors.tsv").write_text("1\t2\n3\t4\n")
    assert load(tmp_path / "p")["b"].tolist() == [3, 4]
