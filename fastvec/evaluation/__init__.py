"""Evaluation of word vectors: analogies, similarity, categories, outliers, bias, and comparison."""

from fastvec.evaluation._analogies import AnalogyResult, analogies, analogy_grid
from fastvec.evaluation._bias import BiasResult, bias
from fastvec.evaluation._categories import CategoryResult, categories
from fastvec.evaluation._compare import compare
from fastvec.evaluation._outliers import OutlierResult, outliers
from fastvec.evaluation._similarity import SimilarityResult, similarity
from fastvec.evaluation._stability import Stability, stability, train_repeatedly
from fastvec.evaluation.answers import METHODS
from fastvec.evaluation.associations import WEAT, AssociationTest, read_associations
from fastvec.evaluation.bootstrap import CLUSTERS, Bootstrap
from fastvec.evaluation.catalogue import find_sets
from fastvec.evaluation.chart import draw_sections, draw_sweep
from fastvec.evaluation.comparison import Comparison
from fastvec.evaluation.groups import Classes, OutlierGroup, read_classes, read_outliers
from fastvec.evaluation.pairs import ScoredPairs, read_pairs
from fastvec.evaluation.questions import BUNDLED, Questions, read_questions
from fastvec.evaluation.scores import Proportion, record
from fastvec.evaluation.sweeps import Sweep

__all__ = [
    "BUNDLED",
    "CLUSTERS",
    "METHODS",
    "WEAT",
    "AnalogyResult",
    "AssociationTest",
    "BiasResult",
    "Bootstrap",
    "CategoryResult",
    "Classes",
    "Comparison",
    "OutlierGroup",
    "OutlierResult",
    "Proportion",
    "Questions",
    "ScoredPairs",
    "SimilarityResult",
    "Stability",
    "Sweep",
    "analogies",
    "analogy_grid",
    "bias",
    "categories",
    "compare",
    "draw_sections",
    "draw_sweep",
    "find_sets",
    "outliers",
    "read_associations",
    "read_classes",
    "read_outliers",
    "read_pairs",
    "read_questions",
    "record",
    "similarity",
    "stability",
    "train_repeatedly",
]
