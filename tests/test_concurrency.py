"""Trainings side by side, in threads and in forked processes, give what each gives alone."""

import multiprocessing
import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fastvec
from tests.models import COUNTING, MODES, options_of
from tests.texts import two_topics, write_topics

#: Trainings whose vectors depend on nothing but these.
REQUESTS = [options_of(mode, epochs=20, dim=8, threads=2 if mode in COUNTING else 1) for mode in MODES]


def train(corpus, request, **options):
    return fastvec.train(corpus, **request, **options).vectors


@pytest.fixture(scope="module")
def corpus():
    with fastvec.read_corpus(two_topics(2000)) as corpus:
        yield corpus


@pytest.fixture(scope="module")
def alone(corpus):
    return [train(corpus, request) for request in REQUESTS]


def test_trainings_in_a_pool_of_threads_share_a_corpus(corpus, alone):
    with ThreadPoolExecutor(5) as pool:
        for _ in range(3):
            for found, expected in zip(pool.map(lambda request: train(corpus, request), REQUESTS), alone, strict=True):
                np.testing.assert_array_equal(found, expected)


def test_two_trainings_with_several_threads_each_come_to_their_end(corpus):
    options = {"epochs": 20, "dim": 8, "threads": 3}
    with ThreadPoolExecutor(2) as pool:
        for vectors in pool.map(lambda mode: train(corpus, options_of(mode, **options)), ["skipgram", "cbow"] * 2):
            unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            assert np.isfinite(unit).all()


def test_readings_and_checkpoints_of_threads_keep_apart(tmp_path):
    path = tmp_path / "text.txt"
    write_topics(path, 2000)
    whole = train(path, REQUESTS[0], cache=False)

    def work(number):
        options = {"checkpoint": tmp_path / f"state{number}", "every": "10%", "cache_dir": tmp_path / "cache"}
        return train(path, REQUESTS[0], **options)

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(work, range(8)):
            np.testing.assert_array_equal(found, whole)
    (entry,) = (tmp_path / "cache").iterdir()
    assert len(list(entry.iterdir())) == 5


def forked(work, path):
    """Write the array that `work` returns in a forked child; return it."""

    def child():
        np.save(path, work())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python would rather not fork where there are threads
        process = multiprocessing.get_context("fork").Process(target=child)
        process.start()
    process.join(60)
    is_stuck = process.is_alive()
    process.kill()
    assert not is_stuck
    assert process.exitcode == 0
    return np.load(path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
class TestAForkedChild:
    def test_trains_after_its_parent_has(self, corpus, alone, tmp_path):
        for request, expected in zip(REQUESTS, alone, strict=True):
            np.testing.assert_array_equal(forked(lambda: train(corpus, request), tmp_path / "x.npy"), expected)  # noqa: B023

    def test_trains_while_its_parent_does(self, corpus, alone, tmp_path):
        began, end = threading.Event(), threading.Event()

        def listen(progress):
            if progress.phase == "training":
                began.set()
                if end.is_set():
                    raise KeyboardInterrupt

        def long():
            with pytest.raises(KeyboardInterrupt):
                fastvec.train(corpus, dim=8, epochs=10**6, threads=2, progress=listen)

        thread = threading.Thread(target=long)
        thread.start()
        try:
            assert began.wait(60)
            for request, expected in zip(REQUESTS, alone, strict=True):
                np.testing.assert_array_equal(forked(lambda: train(corpus, request), tmp_path / "x.npy"), expected)  # noqa: B023
        finally:
            end.set()
            thread.join()

    def test_does_not_take_the_files_of_its_parent_with_it(self, tmp_path):
        path = tmp_path / "text.txt"
        path.write_text("some words " * 100)
        corpus = fastvec.read_corpus(path, cache=False)
        n = forked(lambda: corpus.close() or np.array([corpus.n_tokens]), tmp_path / "x.npy")
        ids = np.empty(corpus.n_ids, np.int32)
        assert corpus.read(0, ids) == n[0] + 1
        corpus.close()
