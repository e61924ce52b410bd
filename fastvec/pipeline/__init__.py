"""From what is asked for to vectors that are saved."""

from fastvec.pipeline.resuming import saved_output
from fastvec.pipeline.run import resume, train

__all__ = ["resume", "saved_output", "train"]
