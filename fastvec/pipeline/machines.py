"""How long a training would take on several machines like this one."""

from time import perf_counter

import numpy as np

from fastvec.checks import check_integer, check_number
from fastvec.training.merging import Group, merge

#: Bytes of a weight that travels to a thread, and of its change that travels back.
_THERE, _BACK = 4, 2
#: Rows and dimensions of the weights that are merged to see how long it takes, and shards.
_ROWS, _DIM, _SHARDS = 4096, 64, 4


def seconds_on(
    machines: int, seconds: dict[str, float], n_weights: int, threads: int, gigabits: float, rounds: int
) -> dict[str, float]:
    """Estimate the time of a training on several machines, one shard for each of their threads, by phase.

    Parameters
    ----------
    machines : int
        Their number.
    seconds : dict of str to float
        What it takes on one machine.
    n_weights : int
        Weights that are trained; 0 where co-occurrences are counted on the machines, and the rest is done on one.
    threads : int
        Threads of each machine.
    gigabits : float
        That its network moves in a second, in each direction.
    rounds : int
        How often the shards are merged.

    Returns
    -------
    dict of str to float
        With "merging", which is also the transport of the weights.
    """
    check_integer("machines", machines, 1)
    check_integer("rounds", rounds, 1)
    check_number("gigabits", gigabits, 0, inclusive=False)
    shared = {"reading", "training" if n_weights else "counting"}
    found = {phase: each / machines if phase in shared else each for phase, each in seconds.items()}
    if n_weights and machines > 1:
        n_bytes = threads * (_THERE + _BACK) * n_weights * (machines - 1) / machines
        merging = _seconds_of_a_change() * n_weights  # the shards of a machine, by its threads
        found["merging"] = rounds * (8 * n_bytes / (gigabits * 1e9) + merging)
    return found


def _seconds_of_a_change() -> float:
    """Return the seconds that merging takes for each change of a weight."""
    rng = np.random.default_rng(0)
    before = rng.standard_normal((_ROWS, _DIM), np.float32)
    changes = [rng.standard_normal((_ROWS, _DIM), np.float32).astype(np.float16) for _ in range(_SHARDS)]
    began = perf_counter()
    merge(Group(before, before[:0]), *(Group(change, change[:0]) for change in changes))
    return (perf_counter() - began) / (_SHARDS * before.size)
