"""The report: one page that needs no network, in which words are only words."""

import itertools
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.resources import files
from importlib.util import find_spec

import numpy as np
import pytest

from fastvec import FileError, InputError, KeyedVectors, UnknownWordError, load
from fastvec.report import write_report
from fastvec.report.gather import read_losses

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = [
    "<script>document.title='run'</script>", "</script><img src=x onerror=\"document.title='run'\">", "{{ 7 * 7 }}",
    "\u202ereversed", "שלום", "x" * 300, "\x07bell", "a&amp;b", "\"quoted'", "__proto__",
]  # fmt: skip
WORDS = [*HOSTILE, *(f"w{k}" for k in range(40))]
MATRIX = np.random.default_rng(0).standard_normal((50, 6)).astype(np.float32)
METADATA = {"parameters": {"dim": 6, "model": "<b>cbow</b>", "seed": 12345}, "corpus": {"lowercase": False}}
LOG = [
    {"phase": "counting", "done": 5, "total": 5, "loss": None},
    {"phase": "training", "done": 1, "total": 4, "loss": 2.5},
    {"phase": "training", "done": 4, "total": 4, "loss": 1.25},
    {"phase": "end", "exit": 0},
]


class Page(HTMLParser):
    """The elements of a page, with their attributes, and the text of each kind of element."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self._open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def wv():
    return KeyedVectors(WORDS, MATRIX, counts=np.arange(50, 0, -1), metadata=METADATA)


@pytest.fixture
def report(tmp_path):
    """Write a report on some vectors, and return its text."""

    def report(*vectors, **options):
        write_report(list(vectors), tmp_path / "report.html", **options)
        return (tmp_path / "report.html").read_text(encoding="utf-8")

    return report


def test_words_are_only_text(report, wv):
    text = report(wv, words=[*HOSTILE, "w3"], names=["<i>name</i>"])
    page = Page(text)
    assert [attributes.get("type") for attributes in page.of("script")] == ["application/json", None]
    assert page.of("img") == page.of("b") == page.of("i") == []
    assert "49" not in page.texts["bdi"]
    assert {word.translate({7: "\ufffd", 0x202E: "\ufffd"}) for word in HOSTILE} <= set(page.texts["bdi"])
    found = json.loads(page.texts["script"][0])
    assert found["words"] == WORDS
    assert found["near"][0] == [word for word, _ in wv.most_similar(WORDS[0])]
    assert len(found["x"]) == len(found["y"]) == len(found["classes"]) == 50
    assert max(map(abs, found["x"] + found["y"])) == 1


def test_the_page_needs_no_network_and_is_the_same_each_time(report, wv):
    text = report(wv)
    linked = [value for _, each in Page(text).elements for name, value in each.items() if name in ("src", "href")]
    assert linked
    assert all(value.startswith(("#", "data:,")) for value in linked)
    assert not re.search(r"url\(|@import|fetch\(|https?:", text)
    assert "default-src 'none'" in text
    assert report(wv) == text


def test_the_page_is_accessible(report, wv, tmp_path):
    (tmp_path / "log").write_text("\n".join(map(json.dumps, LOG)))
    (tmp_path / "pairs.csv").write_text("w1,w2,3\nw3,w4,1\nw5,w6,2\n")
    sets = {"similarity": [tmp_path / "pairs.csv"], "words": ["w1"]}
    for vectors in ([wv], [wv, wv]):
        page = Page(report(*vectors, logs=[tmp_path / "log"] * len(vectors), **sets))
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert page.of("th")
        assert all(attributes.get("scope") in ("col", "row") for attributes in page.of("th"))
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        linked = [attributes["href"][1:] for attributes in page.of("a")]
        linked += [attributes[name] for _, attributes in page.elements for name in ("for",) if name in attributes]
        linked += [attributes["aria-describedby"] for attributes in page.of("canvas")]
        assert set(linked) <= set(ids)
        assert all("aria-label" in each or "aria-hidden" in each for each in page.of("svg"))
        assert all({"aria-label", "tabindex"} <= each.keys() for each in page.of("canvas"))
        assert page.of("html") == [{"lang": "en"}]


def test_colours_have_contrast():
    style = (files("fastvec.report") / "page.css").read_text()

    def luminance(colour):
        colour = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
        parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)])
        return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    def contrast(*pair):
        low, high = sorted(map(luminance, pair))
        return (high + 0.05) / (low + 0.05)

    themes = [dict(re.findall(r"--([\w-]+): #(\w+)", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)]
    assert len(themes) == 3  # light, dark, print
    for theme in themes:
        for ground in ("paper", "panel"):
            assert all(contrast(theme[name], theme[ground]) >= 4.5 for name in ("ink", "faint", "accent"))
            assert all(contrast(theme[f"class-{number}"], theme[ground]) >= 3 for number in range(8))


def test_scores_settings_and_losses_are_shown(report, wv, tmp_path):
    (tmp_path / "pairs.csv").write_text("w1,w2,3\nw3,w4,1\nw5,w6,2\nw7,unknown,2\n")
    (tmp_path / "questions.txt").write_text(": x\nnone of these known\n")
    (tmp_path / "log").write_text("\n".join(map(json.dumps, LOG)))
    text = report(
        wv,
        similarity=[tmp_path / "pairs.csv"],
        analogies=tmp_path / "questions.txt",
        logs=[tmp_path / "log"],
    )
    assert "3 of 4 covered, 75.0 %" in text
    assert "0 of 1 covered, 0.0 %" in text
    assert "from 2.5 to 1.25." in text
    assert read_losses(tmp_path / "log") == [(0.25, 2.5), (1.0, 1.25)]
    (tmp_path / "odd").write_text(f'{{"loss": 1, "total": 1, "done": 1{"0" * 400}}}')
    with pytest.raises(FileError, match="is not a log"):
        read_losses(tmp_path / "odd")
    page = Page(text)
    settings = dict(zip(page.texts["dt"], page.texts["bdi"][1:], strict=False))
    assert (settings["model"], settings["seed"], settings["corpus lowercase"]) == ("<b>cbow</b>", "12345", "no")
    other = KeyedVectors(["w1", "w2", "w3"], MATRIX[:3], metadata={"parameters": {"dim": 6}})
    rows = re.findall(r'<tr class="differs"><th scope="row">(.*?)</th>', report(wv, other))
    assert "words" in rows
    assert "dim" not in rows


def test_vectors_that_are_not_finite_are_left_out(report):
    bad = MATRIX.copy()
    bad[7] = np.nan
    found = json.loads(Page(report(KeyedVectors(WORDS, bad))).texts["script"][0])
    assert found["words"] == WORDS[:7] + WORDS[8:]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"words": ["nowhere"]}, UnknownWordError, "'nowhere' has no vector in vectors; omit it"),
        ({"map_words": 1}, InputError, "map_words must be at least 2"),
        ({"layout": "tsne"}, InputError, "layout must be one of pca, umap"),
        ({"names": ["a", "b"]}, InputError, "names must name all 1 vectors, not 2"),
        ({"logs": ["a", "b"]}, InputError, "a log for each of the 1 vectors, not 2"),
        ({"logs": ["missing"]}, FileError, r"missing: cannot be read \(No such file"),
        ({"logs": [__file__]}, FileError, "is not a log of fastvec train --log-json"),
    ],
)
def test_bad_arguments_are_refused(report, wv, tmp_path, options, error, message):
    with pytest.raises(error, match=message):
        report(wv, **options)
    assert list(tmp_path.iterdir()) == []


def test_packages_that_are_missing_are_named(report, wv, monkeypatch):
    if find_spec("umap") is None:
        with pytest.raises(InputError, match="pip install umap-learn"):
            report(wv, layout="umap")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(InputError, match=r"pip install 'fastvec\[report\]'"):
        report(wv)


def test_the_command_writes_a_page(run, wv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wv.save("vectors.safetensors")
    code, out, err = run("report", "--words", "w1 w2", "--words", "w3", "--map-words", "20")
    assert (code, out) == (0, "")
    assert err.startswith("report.html: ")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert len(json.loads(page.texts["script"][0])["words"]) == 20
    code, _, err = run("report")
    assert code == 2
    assert "report.html exists" in err
    code, _, err = run("report", "-o", "vectors.safetensors")
    assert (code, "would be overwritten" in err) == (2, True)
    assert len(load("vectors.safetensors")) == 50


#: Does in the page what a user does, and writes what came of it into the title.
_USE = """
const canvas = document.querySelector("canvas"), box = document.querySelector("input");
const found = () => document.querySelector(".found").textContent;
const find = (word) => { box.value = word; document.querySelector(".map form").requestSubmit(); return found(); };
const press = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
const picture = () => canvas.toDataURL();
setTimeout(() => {
  const whole = picture();
  const seen = [find("W3"), find("nowhere"), find("__proto__")];
  const steps = ["+", "ArrowLeft", "-"].map((key) => [picture(), press(key), picture()]);
  const moved = steps.every(([before, isUnhandled, after]) => before !== after && !isUnhandled);
  press("0");
  document.title = JSON.stringify([seen, moved, picture() === whole, document.title]);
}, 300);
"""


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_the_map_works_in_a_browser(report, wv, tmp_path):
    def opened(text, width):
        path = tmp_path / "opened.html"
        path.write_text(text, encoding="utf-8")
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom"]
        command += [f"--window-size={width},900", f"--user-data-dir={tmp_path / 'profile'}", path.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout

    text = report(wv)
    canvas = Page(opened(text, 1280)).of("canvas")[0]
    assert int(canvas["width"]) > 1000  # the script ran, under the policy of the page
    unlocked = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    used = Page(opened(unlocked.replace("</body>", f"<script>{_USE}</script></body>"), 390)).texts["title"][0]
    (known, unknown, odd), has_moved, is_whole, title = json.loads(used)
    assert known.startswith("w3 (rank 14) is nearest to ")
    assert all(word in known for word, _ in wv.most_similar("w3"))
    assert unknown == "“nowhere” is not on the map."
    assert odd.startswith("__proto__ (rank 10)")
    assert has_moved
    assert is_whole
    assert title == "Word vectors: vectors"
