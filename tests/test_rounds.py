import numpy as np
import pytest

import fastvec
from fastvec.training.rounds import WORKERS, Rounds
from tests.models import WORD2VEC
from tests.texts import write_topics


def rounds(n_rows=100, largest_block=10):
    matrices = np.zeros((n_rows, 16), np.float32), np.zeros((n_rows, 16), np.float32)
    return Rounds(matrices, (np.zeros(n_rows), np.zeros(n_rows)), largest_block)


@pytest.mark.parametrize(("first", "end"), [(0, 160), (40, 99), (3, 4), (5, 5)])
def test_workers_share_all_blocks_in_rounds_of_equal_length(first, end):
    made, done, n_parts = rounds(), [], 0
    workers = [lambda block, k=k: done.append((block, k)) for k in range(WORKERS)]
    for part in made.parts(first, end, workers, lambda block: 1.0):
        part()
        n_parts += 1
    assert [block for block, _ in done] == list(range(first, end))
    assert n_parts % sum(made.stages) == 0
    assert first + made.n_done(n_parts) - end in range(made.n_blocks)
    assert {k for _, k in done[: made.n_blocks]} == set(range(min(WORKERS, end - first)))


def test_a_round_grows_with_the_rows_and_its_blocks_are_neither_small_nor_large():
    made = [rounds(n_rows, largest_block) for n_rows, largest_block in [(10**3, 10**6), (10**5, 10**6), (10**5, 10**4)]]
    assert [(each.block_size, each.n_blocks) for each in made] == [(4096, 2), (200_000, 2), (10_000, 40)]


def test_workers_go_on_from_what_both_have_changed_after_a_round():
    made, seen = rounds(largest_block=100), []
    made.copies[0][1, 7] += 1
    for part in made.parts(
        0, 5, [lambda block: seen.append(made.copies[0][:, 7, 0].tolist())] * WORKERS, lambda block: 1.0
    ):
        part()
    assert seen == [[0, 1]] * 4 + [[1, 1]]


def test_the_memory_of_the_copies_is_known_before():
    made = rounds(n_rows=50_000)
    assert Rounds.bytes((50_000, 50_000), 16, np.float32) >= sum(copies.nbytes for copies in made.copies) > 12_000_000


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("rounds") / "text.txt"
    write_topics(path, 6000)
    return path


@pytest.mark.parametrize(
    ("model", "loss", "subwords"),
    [(*mode, subwords) for mode in WORD2VEC for subwords in (None, "3-4")]
    + [("skipgram", "nce", None), ("cbow", "softmax", None)],
)
def test_any_number_of_threads_makes_the_same_vectors(text, model, loss, subwords):
    def train(threads):
        return fastvec.train(
            text, model, loss=loss, dim=8, epochs=3, threads=threads, subwords=subwords, deterministic=True
        )

    one = train(1)
    for threads in (2, 3, 4, 8):
        again = train(threads)
        np.testing.assert_array_equal(again.vectors, one.vectors)
        assert again.metadata == one.metadata
    assert one.similarity("salt", "bread") > one.similarity("salt", "wind")


def test_other_seeds_make_other_vectors(text):
    one, two = (
        fastvec.train(text, dim=8, epochs=1, threads=2, seed=seed, deterministic=True).vectors for seed in (1, 2)
    )
    assert not np.array_equal(one, two)
