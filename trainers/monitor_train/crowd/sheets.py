"""What to look at after a training: learning curves, and the pictures that the model gets most wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from monitor_train.face.data import Faces
from monitor_train.pictures.figures import save
from monitor_train.pictures.layouts import read_picture

COLUMNS, MOST = 6, 24
"""Pictures in a row of the sheet, and on it."""


def epoch_means(log: Path) -> pd.DataFrame:
    """The mean of what was logged in each epoch, from the last log that Lightning wrote below `log`."""
    last = max(log.glob("version_*/metrics.csv"), key=lambda file: int(file.parent.name.removeprefix("version_")))
    return pd.read_csv(last).groupby("epoch").mean()


def curves_figure(log: Path, path: Path) -> None:
    """Loss and validation accuracy over the epochs."""
    means = epoch_means(log)
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for axes, names in ((losses, ("loss", "valid_loss")), (accuracies, ("valid_accuracy",))):
        for name in names:
            axes.plot(means[name].dropna(), marker=".", label=name.replace("valid_", "validation "))
        axes.set_xlabel("epoch")
        axes.legend()
    accuracies.set_ylim(0, 1)
    save(figure, path)


def worst(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> list[int]:
    """The faces whose answer is wrong, those with the surest wrong answer first."""
    guesses = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    order = np.argsort(-probabilities[wrong, guesses[wrong]], kind="stable")
    return [int(row) for row in wrong[order]]


def mistakes_sheet(faces: Faces, probabilities: NDArray[np.float32], path: Path) -> None:
    """A sheet of the pictures with the surest wrong answers: what is true, and what was answered how surely."""
    shown = worst(probabilities, faces.labels)[:MOST]
    lines = max(1, -(-len(shown) // COLUMNS))
    figure = Figure(figsize=(1.6 * COLUMNS, 2.0 * lines), layout="constrained")
    grid = figure.subplots(lines, COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, row in zip(grid.flat, shown, strict=False):
        guess = int(probabilities[row].argmax())
        axes.imshow(read_picture(faces.files[row]))
        truth = faces.names[faces.labels[row]]
        axes.set_title(f"{truth}\n{faces.names[guess]} {100 * probabilities[row, guess]:.0f} %", fontsize=8)
    save(figure, path)
