"""Trainings that are killed or told to end, and go on; `tests.tools.kills` does more of this."""

import os
import signal
from functools import cache

import numpy as np
import pytest

import fastvec
from tests.tools.kills import Course

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")


@pytest.fixture(scope="module")
def course_of(tmp_path_factory):
    """Return a course that nothing has disturbed yet; those of the same arguments share the undisturbed training."""
    trained = cache(lambda mode, threads, **options: Course(tmp_path_factory.mktemp(mode), mode, threads, **options))

    def course_of(*arguments, **options):
        trained(*arguments, **options).forget()
        return trained(*arguments, **options)

    return course_of


@pytest.mark.parametrize(("model", "threads"), [("skipgram", 1), ("glove", 2), ("ppmi-svd", 2)])
def test_a_training_that_is_killed_ends_as_if_nothing_had_happened(course_of, model, threads):
    course, rng, phases = course_of(model, threads), np.random.default_rng(0), set()
    for _ in range(4):
        if course.run(rng.uniform(0.3, 0.9) * course.seconds):
            assert course.is_same()
            course.forget()
        phases.add(course.phase())
    course.run()
    assert course.is_same()
    assert course.left_over() == []
    assert phases - {"nothing"}


def test_a_deterministic_training_that_is_killed_goes_on_in_other_threads(course_of):
    course = course_of("skipgram", 2, deterministic=True)
    while course.run(until_saved=True):  # came to its end before
        course.forget()
    assert course.phase().startswith("checkpoint-")
    course.run(threads=3)
    whole, pieces = (fastvec.load(path).vectors for path in (course.whole, course.pieces))
    assert pieces.tobytes() == whole.tobytes()
    assert course.left_over() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_training_that_is_told_to_end_saves_where_it_is(course_of, number):
    course = course_of("skipgram", 1)
    while course.run(number=number, until_saved=True):  # came to its end before
        course.forget()
    assert course.phase().startswith("checkpoint-")
    course.run()
    assert course.is_same()
    assert course.left_over() == []
