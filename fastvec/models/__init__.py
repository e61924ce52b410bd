"""Models: settings and text in, word and context vectors out."""

from fastvec import settings
from fastvec.models import glove, ppmi_svd, word2vec
from fastvec.models.model import Model

#: The module that trains with each class of settings.
_MODULES: dict[type[settings.Model], Model] = {
    settings.Word2Vec: word2vec,
    settings.Glove: glove,
    settings.PpmiSvd: ppmi_svd,
}


def model_of(chosen: settings.Model) -> Model:
    """Return the module that trains with some settings."""
    return _MODULES[type(chosen)]
