"""Figures of an evaluation as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray


def sweep_figure(accuracies: Mapping[float, float], image_accuracy: float, path: Path) -> None:
    """The gain over the image branch, in points, against the weight w (figure 4 of the paper)."""
    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    weights = sorted(accuracies)
    axes.plot(weights, [100 * (accuracies[weight] - image_accuracy) for weight in weights], marker="o")
    axes.axhline(0, color="grey", linewidth=1)
    axes.set_xlabel("weight w of the landmarks where the branches disagree")
    axes.set_ylabel("accuracy minus image branch, points")
    save(figure, path)


def confusion_figure(confusion: Sequence[Sequence[int]], names: Sequence[str], path: Path) -> None:
    """The confusion matrix, truth in rows: colour is the share of the row, the number is the count."""
    confusions_figure({"": confusion}, names, path)


def confusions_figure(confusions: Mapping[str, Sequence[Sequence[int]]], names: Sequence[str], path: Path) -> None:
    """Confusion matrices side by side under their titles, drawn as a single one is."""
    figure = Figure(figsize=(6.4 * len(confusions), 5.6), layout="constrained")
    for axes, (title, confusion) in zip(
        figure.subplots(1, len(confusions), squeeze=False)[0], confusions.items(), strict=True
    ):
        draw_confusion(axes, np.array(confusion), names)
        axes.set_title(title)
    save(figure, path)


def draw_confusion(axes: Axes, counts: NDArray[np.int64], names: Sequence[str]) -> None:
    """A confusion matrix (K, K) on `axes`."""
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")


def distribution_figure(shares: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Bars of the share of each class, a colour for each set of pictures; `shares`: set -> class -> share."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    names = list(next(iter(shares.values())))
    width = 0.8 / len(shares)
    for index, (title, of_set) in enumerate(shares.items()):
        places = np.arange(len(names)) + (index - (len(shares) - 1) / 2) * width
        axes.bar(places, [100 * of_set[name] for name in names], width, label=title)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylabel("share of the pictures, %")
    axes.legend()
    save(figure, path)


def map_figure(places: NDArray[np.floating[Any]], classes: Sequence[str], names: Sequence[str], path: Path) -> None:
    """Pictures at `places` (N, 2) that mean nothing but what is near what, in the colours of their classes (N,)."""
    figure = Figure(figsize=(7.6, 6), layout="constrained")
    axes = figure.subplots()
    for index, name in enumerate(names):
        own = np.array([each == name for each in classes])
        axes.scatter(places[own, 0], places[own, 1], s=8, color=f"C{index}", label=name)
    axes.set_xticks([])
    axes.set_yticks([])
    figure.legend(loc="outside right upper", markerscale=2)
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write `figure` without a display."""
    FigureCanvasAgg(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
