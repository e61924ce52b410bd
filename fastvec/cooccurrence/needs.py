"""What the counting of co-occurrences takes."""

from pathlib import Path

from fastvec.cooccurrence.counting import Division
from fastvec.cooccurrence.survey import Survey
from fastvec.corpus.text import Text
from fastvec.settings import Counting
from fastvec.training.estimate import File, Phase
from fastvec.training.resources import default_memory

#: Bytes of a cell in memory or in a file, and of one of a part of the text.
CELL, PART_CELL = 8, 12


class CountingEstimate:
    """The counting, which two models begin with.

    Attributes
    ----------
    held, mapped : int
        Bytes of the cells when they are counted: in memory, and in files that are mapped.
    spilled : int
        Bytes of files.
    phase : Phase
        What counting itself takes.
    """

    def __init__(self, settings: Counting, memory: int | None, text: Text, found: Survey, threads: int) -> None:
        n_words, n_kept = text.n_words, found.n_kept
        divided = Division.of(
            default_memory() if memory is None else memory, n_words, text.n_ids, settings.window, threads
        )
        cells = CELL * found.n_cells
        self.held, self.mapped = (cells, 0) if cells <= divided.result else (0, cells)
        self.spilled = self.mapped
        is_whole = divided.is_whole or n_kept < divided.capacity
        if not is_whole:  # the parts have the more cells in all the more of them there are
            self.spilled += PART_CELL * round(found.n_cells * (n_kept / divided.capacity) ** 0.5)
        n_read = min(n_kept, divided.capacity)
        block = min(divided.block_cells, found.n_cells)
        fixed = 8 * n_read + 8 * n_words + threads * (8 * n_words + 2 * PART_CELL * block)
        # arrays that grow by an eighth are on average a sixteenth too long
        self.phase = Phase("counting", fixed + min(self.held * 17 // 16, divided.result), self.mapped)

    def files(self, folder: Path | None) -> list[File]:
        """Give the files for what does not fit the memory, which are beside the stream of ids."""
        if not self.spilled or folder is None:
            return []
        return [File("the co-occurrences that do not fit the memory", folder, self.spilled)]
