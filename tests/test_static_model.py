"""Static models of sentence-transformers and model2vec, as their packages write them."""

import json

import numpy as np
import pytest

from fastvec import FileError, load
from fastvec.vectors.loading import describe

save_file = pytest.importorskip("safetensors.numpy").save_file

MATRIX = np.float32([[0, 0], [1, 2], [3, 4]])
WORDS = ["[UNK]", "the", "##ing"]


def tokenizer(vocabulary, added=()):
    return json.dumps({"version": "1.0", "added_tokens": list(added), "model": {"vocab": vocabulary}})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tokenizer.json").write_text(tokenizer({"the": 1, "[UNK]": 0, "##ing": 2}))
    return tmp_path


@pytest.mark.parametrize("name", ["embeddings", "embedding.weight"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int8])
def test_a_static_model_is_read_with_its_words(folder, name, dtype):
    save_file({name: MATRIX.astype(dtype)}, folder / "model.safetensors")
    for path in (folder, folder / "model.safetensors"):
        wv = load(path)
        assert wv.words == WORDS
        np.testing.assert_array_equal(wv.vectors, MATRIX)
    assert load(folder, limit=2, dtype="float16").words == WORDS[:2]
    assert describe(folder)["format"] == "static-model"


def test_the_folder_of_a_sentence_transformer_is_read(folder):
    (folder / "0_StaticEmbedding").mkdir()
    (folder / "tokenizer.json").rename(folder / "0_StaticEmbedding" / "tokenizer.json")
    save_file({"embedding.weight": MATRIX}, folder / "0_StaticEmbedding" / "model.safetensors")
    assert load(folder)["the"].tolist() == [1, 2]


def test_weights_and_shared_rows_of_model2vec_are_heeded(folder):
    save_file(
        {"embeddings": MATRIX[1:], "mapping": np.int64([1, 0, 0]), "weights": np.float64([1, 2, 3])},
        folder / "model.safetensors",
    )
    assert load(folder).vectors.tolist() == [[3, 4], [2, 4], [3, 6]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tokenizer.json", tokenizer([["[UNK]", 0.0], ["the", -1.5], ["##ing", -2.5]])),
        ("tokenizer.json", tokenizer({"the": 1, "##ing": 2}, [{"id": 0, "content": "[UNK]"}])),
        ("vocab.txt", "[UNK]\nthe\n##ing\n"),
    ],
)
def test_vocabularies_of_other_tokenizers_are_read(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    save_file({"embeddings": MATRIX}, tmp_path / "model.safetensors")
    assert load(tmp_path).words == WORDS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "has no tokenizer.json or vocab.txt"),
        ("{}", "tokenizer.json: is not the vocabulary of a tokenizer"),
        ("[1", "tokenizer.json: is not the vocabulary"),
        (tokenizer({"a": 0, "b": float("inf")}), "tokenizer.json: is not the vocabulary"),
        (tokenizer({"a": 0, "b": 2, "c": 3}), "tokenizer.json: is not the vocabulary"),
        (tokenizer({"a": 0, "b": 1}), "has rows for 3 tokens, and the tokenizer beside it has 2"),
    ],
)
def test_words_that_do_not_fit_are_refused(tmp_path, text, message):
    save_file({"embeddings": MATRIX}, tmp_path / "model.safetensors")
    if text is not None:
        (tmp_path / "tokenizer.json").write_text(text)
    with pytest.raises(FileError, match=message):
        load(tmp_path)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"embeddings": MATRIX[:, :0]}, "its vectors have no dimensions"),
        ({"embeddings": MATRIX[0]}, "embeddings is F32 of shape"),
        ({"embeddings": MATRIX, "mapping": np.int64([0, 1, 3])}, "its mapping does not fit its 3 rows"),
        ({"embeddings": MATRIX, "mapping": np.int64([0, -1, 1])}, "its mapping does not fit its 3 rows"),
        ({"embeddings": MATRIX, "weights": np.float64([1])}, "has 1 weights for 3 tokens"),
    ],
)
def test_damaged_models_are_refused(folder, tensors, message):
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(FileError, match=message):
        load(folder)
