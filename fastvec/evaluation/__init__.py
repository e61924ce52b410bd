"""Evaluation of word vectors: analogies, similarity, categories, outliers, and the comparison of several vectors."""

from fastvec.evaluation._analogies import AnalogyResult, analogies, analogy_grid
from fastvec.evaluation._categories import CategoryResult, categories
from fastvec.evaluation._compare import compare
from fastvec.evaluation._outliers import OutlierResult, outliers
from fastvec.evaluation._similarity import SimilarityResult, similarity
from fastvec.evaluation.answers import METHODS
from fastvec.evaluation.bootstrap import CLUSTERS, Bootstrap
from fastvec.evaluation.catalogue import find_sets
from fastvec.evaluation.chart import draw_sections
from fastvec.evaluation.comparison import Comparison
from fastvec.evaluation.groups import Classes, OutlierGroup, read_classes, read_outliers
from fastvec.evaluation.pairs import ScoredPairs, read_pairs
from fastvec.evaluation.questions import BUNDLED, Questions, read_questions
from fastvec.evaluation.scores import Proportion, record

__all__ = [
    "BUNDLED",
    "CLUSTERS",
    "METHODS",
    "AnalogyResult",
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
    "analogies",
    "analogy_grid",
    "categories",
    "compare",
    "draw_sections",
    "find_sets",
    "outliers",
    "read_classes",
    "read_outliers",
    "read_pairs",
    "read_questions",
    "record",
    "similarity",
]
