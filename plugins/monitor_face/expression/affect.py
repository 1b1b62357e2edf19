"""Valence and arousal, derived from the probabilities of emotions by what people say of the emotions' words.

Warriner, Kuperman and Brysbaert ("Norms of valence, arousal, and dominance for 13,915 English lemmas", Behavior
Research Methods 45, 2013) had every word rated on scales from 1 to 9 by about twenty people. A face's valence is the
mean of the words' valences, weighted by their probabilities, on a scale from -1 to 1 whose 0 is the middle of theirs;
arousal likewise. Nobody rated the faces themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.plugin import Measure

RATINGS: Mapping[str, tuple[float, float]] = {
    "neutral": (5.50, 3.45),
    "happiness": (8.48, 6.50),
    "surprise": (7.44, 6.57),
    "sadness": (2.40, 2.81),
    "anger": (2.50, 5.93),
    "disgust": (3.32, 5.00),
    "fear": (2.93, 6.14),
    "contempt": (3.22, 4.61),
}
"""Word -> mean ratings of its valence, from unhappy to happy, and of its arousal, from calm to excited, 1 to 9."""
MEASURES = (
    Measure("valence", "", -1, 1, "From unpleasant to pleasant, derived from the emotions by ratings of their words."),
    Measure("arousal", "", -1, 1, "From calm to excited, derived from the emotions by ratings of their words."),
)


def measures_of(labels: Sequence[str]) -> tuple[Measure, ...]:
    """Valence and arousal where every label has been rated, else nothing."""
    return MEASURES if all(label in RATINGS for label in labels) else ()


def affect(scores: Mapping[str, float]) -> dict[str, float]:
    """Valence and arousal of probabilities that sum to 1, each from -1 to 1.

    >>> {name: round(value, 3) for name, value in affect({"happiness": 0.5, "neutral": 0.5}).items()}
    {'valence': 0.497, 'arousal': -0.006}
    """
    values = {}
    for place, measure in enumerate(MEASURES):
        mean = sum(score * (RATINGS[label][place] - 5) / 4 for label, score in scores.items())
        values[measure.name] = min(max(mean, -1.0), 1.0)
    return values
