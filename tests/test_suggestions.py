"""What is answered to commands, options and models that do not exist."""

import pytest

from fastvec import InputError, train


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["trian"], "Did you mean 'fastvec train'?"),
        (["sim"], "Did you mean 'fastvec similar'?"),
        (["nn"], "Did you mean 'fastvec similar'?"),
        (["analogies"], "Did you mean 'fastvec analogy' or 'fastvec eval analogies'?"),
        (["skipgram"], "Did you mean 'fastvec train --model skipgram'?"),
        (["print-word-vectors"], "Did you mean 'fastvec vector'?"),
        (["help"], "Did you mean 'fastvec --help'?"),
        (["supervised"], "classifiers are not trained"),
        (["qqqq"], "The commands are train, plan,"),
        (["v.bin"], "A command comes before a file: 'fastvec info v.bin'"),
        (["eval", "v.bin"], "A command comes before a file: 'fastvec eval analogies v.bin'"),
        (["eval", "analogy"], "Did you mean 'fastvec eval analogies'?"),
        (["train", "x", "-dim", "50"], "No such option '-dim'. Did you mean '--dim'?"),
        (["train", "x", "-epoch", "5"], "Did you mean '--epochs'?"),
        (["train", "x", "-output", "v.txt"], "Did you mean '--output'?"),
        (["train", "x", "-minCount", "5"], "Did you mean '--min-count'?"),
        (["--model", "cbow", "train", "x"], "No such option '--model' before a command; write it after"),
        (["--verison"], "Did you mean '--version'?"),
        (["train", "x", "--workers", "5"], "Did you mean '--threads'?"),
        (["similar", "x", "--restrict-vocab", "5"], "Did you mean '--limit'?"),
        (["eval", "analogies", "--vocab-limit", "5"], "Did you mean '--limit'?"),
        (["train", "x", "--model", "sg"], "did you mean 'skipgram'?"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_is_meant(run, arguments, answer):
    code, _, err = run(*arguments)
    assert code == 2
    assert answer in err


@pytest.mark.parametrize("arguments", [["-oq.bin"], ["-qo", "q.bin"], ["-o", "-dim.bin"]])
def test_short_options_are_read_as_ever(run, corpus_txt, arguments):
    code, _, err = run("train", "corpus.txt", "--dim", "4", "--epochs", "1", "--sample", "0", *arguments)
    assert (code, "No such option" in err) == (0, False)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("sg", "did you mean 'skipgram'?"),
        ("Skip-Gram", "did you mean 'skipgram'?"),
        ("CBOW", "did you mean 'cbow'?"),
        ("ppmi", "did you mean 'ppmi-svd'?"),
        ("glvoe", "did you mean 'glove'?"),
        ("fasttext", r"train skipgram or cbow with subwords \(--subwords 3-6\)"),
        ("Doc2Vec", "did you mean 'pv-dbow'?"),
        ("PV-DM", "vectors of documents are those of model pv-dbow"),
        ("colour", "pv-dbow, not 'colour'$"),
    ],
)
def test_a_model_is_answered_with_its_name_or_why_there_is_none(name, answer):
    with pytest.raises(InputError, match=answer):
        train(["salt pepper"], name)
