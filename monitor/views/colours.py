"""One colour per label, the same in every plot, table, report and picture."""

from __future__ import annotations

import zlib

COLOURS = {
    "neutral": "#9fa3a8",
    "happiness": "#f39504",
    "surprise": "#4ecbf7",
    "sadness": "#697dff",
    "anger": "#c62a05",
    "disgust": "#1b835f",
    "fear": "#5d15ee",
    "contempt": "#8c1a67",
    "amusement": "#cfc100",
    "awe": "#00d5e8",
    "contentment": "#b6d8a5",
    "excitement": "#d385a3",
    "positive": "#2fa7a0",
    "negative": "#c4532f",
}
"""Label -> colour.

Those of faces and of the wheel were searched, within the hues that people expect, so that the two most alike of a plot
(by CIEDE2000) differ as much as can be, under normal vision and under the three kinds of colour blindness (Machado et
al. 2009, severity 1).
"""

SPARE = ("#b8860b", "#3e8ede", "#d1495b", "#5b8c5a", "#7d5ba6", "#00a6a6", "#a0522d", "#6c757d")
"""For labels of third-party analyzers."""


def colour(label: str) -> str:
    """The colour of a label as `#rrggbb`; an unknown label always gets the same one of `SPARE`."""
    return COLOURS.get(label) or SPARE[zlib.crc32(label.encode()) % len(SPARE)]
