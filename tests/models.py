"""Every model and every mode that there is, for the tests that run for all of them; and how to interrupt one."""

from fastvec.settings import MODELS, Word2Vec

#: The losses of word2vec.
LOSSES = Word2Vec.parameters["loss"].choices
#: Each model of word2vec with the two losses of word2vec.c, and with the others, which are objectives of one kernel.
WORD2VEC, OBJECTIVES = (
    [(model, loss) for model in MODELS if MODELS[model] is Word2Vec for loss in losses]
    for losses in (LOSSES[:2], LOSSES[2:])
)
#: The models whose words have contexts.
WINDOWED = [model for model, kind in MODELS.items() if "window" in kind.parameters]
#: The models that count co-occurrences.
COUNTING = [model for model in MODELS if MODELS[model].counts]
#: One model of each class.
TRAINERS = list({MODELS[model]: model for model in reversed(MODELS)}.values())
#: The parameters of `fastvec.train` that choose each mode; the name of a model chooses its default loss. Of the
#: objectives there are one with noise words and one without.
MODES = {model: {"model": model} for model in MODELS} | {
    f"{model}-{loss}": {"model": model, "loss": loss}
    for model, loss in [*WORD2VEC, ("skipgram", "nce"), ("cbow", "softmax")]
    if loss != Word2Vec().loss
}
MODES["cbow-float16"] = {"model": "cbow", "dtype": "float16"}


def options_of(mode, *, epochs, **options):
    """Return the parameters that choose a mode, and others; `epochs` is omitted if the model has none."""
    found = MODES[mode] | options
    has_epochs = "epochs" in MODELS[found["model"]].parameters
    return found | {"epochs": epochs} if has_epochs else found


def arguments_of(options):
    """Return parameters of `fastvec.train` as arguments of the command line."""
    flags = {name: f"--{name.replace('_', '-')}" for name in options}
    return [flags[name] if value is True else f"{flags[name]}={value}" for name, value in options.items()]


class Interrupt:
    """A listener to a training that interrupts it when so much is done in a phase."""

    def __init__(self, done=1, phase="training"):
        self.done, self.phase = done, phase

    def __call__(self, progress):
        if progress.phase == self.phase and progress.done >= self.done:
            raise KeyboardInterrupt
