"""Evaluation of word vectors: analogies, similarity, categories, outliers, and the comparison of several vectors."""

from fastvec.evaluation.analogy import AnalogyResult, analogies, analogy_grid
from fastvec.evaluation.answers import METHODS
from fastvec.evaluation.bootstrap import CLUSTERS, Bootstrap
from fastvec.evaluation.catalogue import find_sets
from fastvec.evaluation.categorisation import CategoryResult, categories
from fastvec.evaluation.chart import draw_sections
from fastvec.evaluation.comparison import Comparison
from fastvec.evaluation.groups import Classes, OutlierGroup, read_classes, read_outliers
from fastvec.evaluation.outlier import OutlierResult, outliers
from fastvec.evaluation.paired import compare
from fastvec.evaluation.pairs import ScoredPairs, read_pairs
from fastvec.evaluation.questions import BUNDLED, Questions, read_questions
from fastvec.evaluation.relatedness import SimilarityResult, similarity
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
