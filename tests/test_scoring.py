"""Parameters of evaluation: declared once, and all that follows the declarations."""

import inspect

import pytest

from fastvec import evaluation, scoring

GROUPS = {
    "analogies": scoring.Analogies,
    "similarity": scoring.ScoringItems,
    "categories": scoring.Categories,
    "outliers": scoring.ScoringItems,
    "bias": scoring.Associations,
    "compare": scoring.Comparing,
}


@pytest.mark.parametrize("name", GROUPS)
def test_functions_have_the_declared_defaults_and_describe_them(name):
    function = getattr(evaluation, name)
    signature = inspect.signature(function).parameters
    for parameter, each in GROUPS[name].parameters.items():
        default = evaluation.Bootstrap() if parameter == "bootstrap" else each.default
        assert signature[parameter].default == default
        assert f"    {parameter} : " in function.__doc__


def test_resampling_may_be_given_in_order():
    assert evaluation.Bootstrap(200, 3, "section") == evaluation.Bootstrap(draws=200, seed=3, cluster="section")
