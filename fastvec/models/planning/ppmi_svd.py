"""What PPMI-SVD takes."""

from math import ceil, log
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from fastvec.cooccurrence import Cooccurrence
from fastvec.cooccurrence.needs import CELL, CountingEstimate
from fastvec.cooccurrence.survey import Survey
from fastvec.corpus import Corpus, Vocabulary
from fastvec.corpus.text import Text
from fastvec.kernels.sparse import PANEL
from fastvec.models import svd
from fastvec.models.ppmi import ppmi
from fastvec.models.product import times_panel
from fastvec.sampling.subsampling import keep_probability
from fastvec.settings import PpmiSvd
from fastvec.training.blocks import count_threads
from fastvec.training.estimate import File, Phase

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: Dimensions that are searched for each one that is wanted, at a tolerance of 0.01: seen on English, on novels and on
#: Chinese with 50 to 200 dimensions, where it was between 2.4 and 5.5. Each panel more brings as many more digits.
_SEARCHED = 2.8
#: Products that are timed; each is of a sample of the cells, and short.
_PRODUCTS = 8
#: Panels that live at the same time, beside the basis; bytes that the BLAS of NumPy keeps for each of its threads.
_PANELS, _BLAS = 6, 24 << 20


class PpmiSvdEstimate:
    """An `Estimate` of PPMI-SVD; with `counting` None the co-occurrences are given."""

    lower = "dim (--dim), max_vocab (--max-vocab), window (--window) or memory (--memory)"

    def __init__(
        self, settings: PpmiSvd, text: Text, found: Survey, counting: CountingEstimate | None, mapped: int, threads: int
    ) -> None:
        self.settings, self.text, self.found, self.threads = settings, text, found, threads
        self.counting = counting
        self._held, self._mapped = (counting.held, counting.mapped) if counting else (0, mapped)
        self._n_positive = round(found.n_cells * self._positive_share())
        self._wanted = settings.dim + settings.oversampling
        self._sizes = self._expected_sizes()

    def _positive_share(self) -> float:
        """Give the part of the cells that have a PPMI above 0, from the sample; word counts stand for sums of cells."""
        found, settings = self.found, self.settings
        if not found.data.size:
            return 1.0
        smooth = (self.text.counts * keep_probability(self.text.counts, settings.sample)) ** settings.cds
        rows = np.repeat(np.arange(self.text.n_words), np.diff(found.indptr))
        sums = np.bincount(rows, found.data)
        scale = smooth.sum() / settings.shift
        is_positive = found.data * scale > sums[rows] * smooth[found.indices]
        return float(np.mean(is_positive & (found.data >= settings.cell_min_count)))

    def _expected_sizes(self) -> list[int]:
        """Give the dimensions of the basis at which the decomposition will look at its residuals, rising."""
        searched = self._wanted * (1 + (_SEARCHED - 1) * max(0.0, log(self.settings.tolerance) / log(1e-2)))
        sizes = [ceil(self._wanted / PANEL) * PANEL]
        while sizes[-1] < min(searched, self.text.n_words):
            sizes.append(sizes[-1] + svd.LOOK * PANEL)
        return sizes

    def phases(self) -> list[Phase]:
        """Give the memory of each part of the work."""
        n_words, dim, basis = self.text.n_words, self.settings.dim, self._sizes[-1]
        matrix = CELL * self._n_positive + 8 * n_words
        before = [self.counting.phase] if self.counting else []
        vectors = 2 * 4 * n_words * dim
        if self._is_dense():
            searching = final = 8 * 5 * n_words**2
        else:
            kept = _BLAS * count_threads(None)
            searching = 4 * n_words * (basis + self._wanted + _PANELS * PANEL) + 6 * 8 * basis**2 + kept
            final = 4 * n_words * (2 * self._wanted + 2 * PANEL) + vectors + kept
        return [
            *before,
            Phase("weighting", self._held + matrix + 32 * n_words, self._mapped),
            Phase("factorising", 2 * matrix + max(searching, final)),
            Phase("vectors", vectors),
        ]

    def _is_dense(self) -> bool:
        return self.text.n_words < max(svd.DENSE, 2 * self._wanted)

    def files(self, folder: Path | None) -> list[File]:
        """Give the files for cells that do not fit the memory."""
        return self.counting.files(folder) if self.counting else []

    def weights(self) -> int:
        """Give the bytes of the weights of a checkpoint: there are none."""
        return 0

    def seconds(self, corpus: Corpus | None) -> dict[str, float]:
        """Weigh a sample of the cells, multiply by it, and take one step of the dense algebra; see `Estimate`."""
        found, n_words = self.found, self.text.n_words
        seconds = {"counting": found.seconds} if self.counting else {}
        if not found.data.size:
            return seconds
        began = perf_counter()
        nameless = Vocabulary([""] * n_words, self.text.counts)
        sample = Cooccurrence(nameless, found.indptr, found.indices, found.data, {})
        ppmi(sample, threads=self.threads)
        seconds["weighting"] = (perf_counter() - began) * found.scale
        return seconds | {"factorising": self._dense_seconds() if self._is_dense() else self._krylov_seconds()}

    def _dense_seconds(self) -> float:
        n_words = self.text.n_words
        size = min(n_words, 256)
        began = perf_counter()
        np.linalg.svd(np.random.default_rng(0).standard_normal((size, size)), full_matrices=False)
        return (perf_counter() - began) * (n_words / size) ** 3

    def _product_seconds(self, matrix: "csr_matrix[np.float32]", panel: svd.Dense) -> float:
        """Time a product with a panel: the median of some, after a first one."""
        times_panel(matrix, panel, self.threads)
        seconds = []
        for _ in range(_PRODUCTS):
            began = perf_counter()
            times_panel(matrix, panel, self.threads)
            seconds.append(perf_counter() - began)
        return median(seconds)

    def _krylov_seconds(self) -> float:
        """Time each kind of step once, at the size that it will have on average."""
        n_words, basis, found = self.text.n_words, self._sizes[-1], self.found
        from scipy.sparse import csr_matrix

        n_panels = basis // PANEL

        sample = csr_matrix((found.data, found.indices, found.indptr), shape=(n_words, n_words))
        scale = self._n_positive / max(1, found.data.size)
        rng = np.random.default_rng(0)
        panel = rng.standard_normal((n_words, PANEL), np.float32)
        Q = np.zeros((max(PANEL, basis // 2), n_words), np.float32)
        Q[:] = panel[:, 0]

        began = perf_counter()
        sample.T.tocsr()
        transposing = (perf_counter() - began) * scale
        # the rows, most of which are empty in the sample, take time too, and the same in the end
        none = found.data[:0], found.indices[:0], np.zeros(n_words + 1, np.int64)
        without = csr_matrix(none, shape=(n_words, n_words))
        for_rows, for_all = self._product_seconds(without, panel), self._product_seconds(sample, panel)
        product = for_rows + max(0.0, for_all - for_rows) * scale

        began = perf_counter()
        for _ in range(2):
            panel = panel - Q.T @ (Q @ panel)
            panel, _ = svd.orthonormal(rng.standard_normal((n_words, PANEL), np.float32), 0)
        step = perf_counter() - began
        H = rng.standard_normal((basis, basis))
        H += H.T
        began = perf_counter()
        _, turn = svd.eigen(H)
        looks = (perf_counter() - began) * sum((size / basis) ** 3 for size in self._sizes)
        began = perf_counter()
        vectors = svd.times(Q.T, turn[: len(Q), : self._wanted])
        svd.eigen(svd.gram(vectors))
        svd.times(vectors, turn[: self._wanted, : self.settings.dim])
        svd.times(vectors, turn[: self._wanted, : self.settings.dim])
        last = perf_counter() - began
        n_products = 2 * (n_panels + 1) + ceil(self._wanted / PANEL)
        return transposing + n_products * product + n_panels * step + looks + last
