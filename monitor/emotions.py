"""The emotions that faces show, by the names the program uses, and the words of published sets for them.

| here | FER+ | EmotiW, SFEW 2.0 | FER2013, RAF-DB, the crowd task |
|---|---|---|---|
| `FACES`, eight | the same eight | seven: no contempt | seven: no contempt |

Sets differ in their words (`Happy`, `happiness`, `joy`) and in their order; what a set calls an emotion is looked up
here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FACES = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
"""In the order of the shipped face model's answers and of FER+'s columns."""
SEVEN = FACES[:-1]
"""Without contempt: EmotiW, SFEW 2.0, FER2013, RAF-DB, and the task for crowd workers."""
WORDS = {
    "happy": "happiness",
    "joy": "happiness",
    "surprised": "surprise",
    "sad": "sadness",
    "angry": "anger",
    "disgusted": "disgust",
    "afraid": "fear",
    "fearful": "fear",
    "contemptuous": "contempt",
}
"""Another word of published sets -> the name used here."""


def emotion(word: str) -> str | None:
    """The name used here for `word`, upper or lower case; None for a word that is none of an emotion of faces.

    >>> emotion("Angry"), emotion("fear"), emotion("beach")
    ('anger', 'fear', None)
    """
    name = word.strip().lower()
    name = WORDS.get(name, name)
    return name if name in FACES else None


def moved(shares: NDArray[np.float64], names: Sequence[str], onto: Sequence[str]) -> NDArray[np.float64]:
    """Shares (N, names) as shares (N, onto) of other names, or of the same in another order.

    What `onto` does not name, such as contempt among the seven, is left out and the rest scaled to sum to 1; a row of
    which nothing is left is not a number. What `names` lacks has no share.

    >>> moved(np.array([[0.25, 0.5, 0.25]]), ("contempt", "fear", "anger"), ("anger", "disgust", "fear")).round(2)
    array([[0.33, 0.  , 0.67]])
    """
    kept = np.zeros((len(shares), len(onto)))
    for column, name in enumerate(onto):
        if name in names:
            kept[:, column] = shares[:, list(names).index(name)]
    total = kept.sum(axis=1, keepdims=True)
    return np.divide(kept, total, out=np.full_like(kept, np.nan), where=total > 0)
