"""Colours that everybody can tell apart, proved with a simulation of colour blindness."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from monitor.views.colours import COLOURS, SPARE, colour

SIGHTS = {  # Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
SETS = {
    "faces": ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"),
    "scenes": ("positive", "negative"),
    "wheel": ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness"),
}


def linear(text: str) -> NDArray[np.float64]:
    value = np.array([int(text[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def seen(text: str, sight: str) -> NDArray[np.float64]:
    """CIELAB of a colour as eyes of that kind see it."""
    light = np.clip(SIGHTS[sight] @ linear(text), 0, 1)
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return rgb2lab(value.reshape(1, 1, 3))[0, 0]


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(("kind", "least"), [("faces", 14.0), ("scenes", 14.0), ("wheel", 14.0)])
def test_labels_of_one_plot_differ_clearly_for_all_eyes(kind: str, sight: str, least: float) -> None:
    differences = {
        pair: float(deltaE_ciede2000(seen(colour(pair[0]), sight), seen(colour(pair[1]), sight)))
        for pair in combinations(SETS[kind], 2)
    }
    closest = min(differences, key=differences.__getitem__)
    assert differences[closest] >= least, f"{closest} differ by {differences[closest]:.1f}"


@pytest.mark.parametrize("label", COLOURS)
def test_every_colour_stands_out_from_white_and_from_the_dark_theme(label: str) -> None:
    weights = np.array([0.2126, 0.7152, 0.0722])
    own = weights @ linear(colour(label))
    for ground in ("#ffffff", "#0e1117"):
        other = weights @ linear(ground)
        contrast = (max(own, other) + 0.05) / (min(own, other) + 0.05)
        assert contrast >= 1.5, f"{label} on {ground}: {contrast:.2f}"


def test_neutral_is_grey() -> None:
    red, green, blue = (int(colour("neutral")[start : start + 2], 16) for start in (1, 3, 5))
    assert max(red, green, blue) - min(red, green, blue) <= 12


def test_an_unknown_label_always_gets_the_same_spare_colour() -> None:
    assert colour("boredom") == colour("boredom")
    assert colour("boredom") in SPARE
