"""Texts of invented sentences, and how well vectors separate their topics."""

import numpy as np

FOOD, WEATHER = "salt pepper bread soup onion cheese".split(), "rain wind snow storm cloud frost".split()


def two_topics(n_sentences=600, seed=0):
    """Return sentences of eight words that are all of one topic or all of the other."""
    rng = np.random.default_rng(seed)
    return [list(rng.choice(FOOD if k % 2 else WEATHER, 8)) for k in range(n_sentences)]


def write_topics(path, n_sentences=600):
    """Write the sentences of `two_topics`, one a line."""
    path.write_text("\n".join(map(" ".join, two_topics(n_sentences))))


def separation(wv):
    """Return the mean cosine within topics, less that between them."""
    unit = {word: wv[word] / np.linalg.norm(wv[word]) for word in FOOD + WEATHER}
    same = np.mean([unit[a] @ unit[b] for topic in (FOOD, WEATHER) for a in topic for b in topic if a != b])
    other = np.mean([unit[a] @ unit[b] for a in FOOD for b in WEATHER])
    return same - other


def write_zipf(path, n_words=300_000, n_types=5000):
    """Write a text of invented words, whose counts fall as they do in languages."""
    ids = np.random.default_rng(1).zipf(1.3, 2 * n_words)
    words = np.array([f"w{k}" for k in range(n_types)])[ids[ids < n_types][:n_words]]
    path.write_text("\n".join(" ".join(words[k : k + 20]) for k in range(0, n_words, 20)))
