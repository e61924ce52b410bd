"""What the counting of co-occurrences takes."""

from dataclasses import dataclass, field

import numpy as np

from fastvec.cooccurrence.counting import Division, position_bytes
from fastvec.cooccurrence.matrix import Cooccurrence
from fastvec.cooccurrence.survey import Survey, survey
from fastvec.corpus import Corpus
from fastvec.corpus.sentences import largest_distance
from fastvec.corpus.text import Text
from fastvec.settings import Counted
from fastvec.training.estimate import File, Phase

#: Bytes of a cell in memory or in a file, and of one of a part of the text.
CELL, PART_CELL = 8, 12


@dataclass(frozen=True)
class CountingNeeds:
    """What counting takes, which two models begin with."""

    found: Survey  #: What is known of the co-occurrences.
    #: Bytes of the cells when they are counted: in memory, and in mapped files.
    held: int
    mapped: int
    phases: list[Phase] = field(default_factory=list)  #: Counting itself, unless it has been done.
    files: list[File] = field(default_factory=list)  #: Beside the id stream, for what does not fit the memory.
    seconds: dict[str, float] = field(default_factory=dict)  #: Time of counting.


def counting_needs(settings: Counted, source: Corpus | Cooccurrence, text: Text, threads: int) -> CountingNeeds:
    """Estimate what counting takes, from some rows of the matrix."""
    if isinstance(source, Cooccurrence):
        mapped = CELL * source.data.size if isinstance(source.data, np.memmap) else 0
        return CountingNeeds(Survey.of(source), 0, mapped)
    return needs_with(survey(source, text, settings, threads), settings, source, text, threads)


def needs_with(found: Survey, settings: Counted, source: Corpus, text: Text, threads: int) -> CountingNeeds:
    """Estimate what counting takes with a survey."""
    n_words, n_kept = text.n_words, found.n_kept
    is_weighted = source.weights is not None
    reach = largest_distance(source, settings.window)
    divided = Division.of(settings.memory, settings, n_words, text.n_ids, reach, threads, is_weighted=is_weighted)
    cells = CELL * found.n_cells
    held, mapped = (cells, 0) if cells <= divided.result else (0, cells)
    spilled = mapped
    is_whole = divided.is_whole or n_kept < divided.capacity
    if not is_whole:  # the parts have the more cells in all the more of them there are
        spilled += PART_CELL * round(found.n_cells * (n_kept / divided.capacity) ** 0.5)
    n_read = min(n_kept, divided.capacity)
    block = min(divided.block_cells, found.n_cells)
    fixed = position_bytes(is_weighted=is_weighted) * n_read + 8 * n_words
    fixed += threads * (8 * settings.sides * n_words + 2 * PART_CELL * block)
    # arrays that grow by an eighth are on average a sixteenth too long
    phase = Phase("counting", fixed + min(held * 17 // 16, divided.result), mapped)
    files = [File("the co-occurrences that do not fit the memory", source.folder, spilled)] if spilled else []
    return CountingNeeds(found, held, mapped, [phase], files, {"counting": found.seconds})
