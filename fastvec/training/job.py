"""How a model is to be trained, apart from what decides its vectors."""

from dataclasses import dataclass

from fastvec.training.checkpoints import Checkpoints
from fastvec.training.progress import Listener, ignore


@dataclass(frozen=True)
class Job:
    """How a model is to be trained.

    Attributes
    ----------
    threads : int
        To work with.
    listener : function of a Progress
        Called ten times a second.
    checkpoints : Checkpoints or None
        Where the state is saved now and then, and where training goes on from if there is one already.
    """

    threads: int
    listener: Listener = ignore
    checkpoints: Checkpoints | None = None
