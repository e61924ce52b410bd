"""Trainings that are killed or told to end, and go on; `tests.tools.kills` does more of this."""

import os
import signal

import numpy as np
import pytest

from tests.tools.kills import Course

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")


@pytest.mark.parametrize(("model", "threads"), [("skipgram", 1), ("glove", 2), ("ppmi-svd", 2)])
def test_a_training_that_is_killed_ends_as_if_nothing_had_happened(tmp_path, model, threads):
    course, rng, phases = Course(tmp_path, model, threads), np.random.default_rng(0), set()
    for _ in range(4):
        if course.run(rng.uniform(0.3, 0.9) * course.seconds):
            assert course.is_same()
            course.forget()
        phases.add(course.phase())
    course.run()
    assert course.is_same()
    assert course.left_over() == []
    assert phases - {"nothing"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_training_that_is_told_to_end_saves_where_it_is(tmp_path, number):
    course = Course(tmp_path, "skipgram", 1)
    while course.run(number=number, until_saved=True):  # came to its end before
        course.forget()
    assert course.phase().startswith("checkpoint-")
    course.run()
    assert course.is_same()
    assert course.left_over() == []
