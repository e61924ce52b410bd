"""Models: settings and text in, word and context vectors out."""

from typing import Any

from fastvec import settings
from fastvec.cooccurrence import Cooccurrence
from fastvec.models import glove, pairs, ppmi_svd, pv_dbow, word2vec
from fastvec.models.model import Model

#: The module that trains with each class of settings.
_MODULES: dict[type[settings.Model], Model] = {
    settings.Word2Vec: word2vec,
    settings.Glove: glove,
    settings.PpmiSvd: ppmi_svd,
    settings.PvDbow: pv_dbow,
}


def model_of(chosen: settings.Model, source: Any) -> Model:
    """Return the module that trains with some settings on a source."""
    if isinstance(chosen, settings.Word2Vec) and isinstance(source, Cooccurrence):
        return pairs
    return _MODULES[type(chosen)]
