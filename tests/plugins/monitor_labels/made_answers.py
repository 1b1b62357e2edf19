"""Small tables of answers for tests."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from monitor_labels.answers import COLUMNS, Answers

LABELS = ("neutral", "happiness", "fear")


def made_answers(rows: Sequence[tuple[str, str, str]], labels: Sequence[str] = LABELS) -> Answers:
    """A table of (task, worker, label)."""
    return Answers(pd.DataFrame([(*row, math.nan) for row in rows], columns=list(COLUMNS)), tuple(labels))


def answers_of_made_workers(pictures: int = 60, per_picture: int = 4, seed: int = 0) -> tuple[Answers, dict[str, str]]:
    """Answers by six workers, two of whom often take fear for happiness and one who always says neutral; the truth."""
    random = np.random.default_rng(seed)
    rows, truth = [], {}
    for number in range(pictures):
        true = LABELS[number % 3]
        truth[f"{number}.png"] = true
        for worker in random.choice(6, per_picture, replace=False):
            said = true if random.random() < 0.85 else LABELS[random.integers(3)]
            if worker in (1, 2) and true == "fear" and random.random() < 0.7:
                said = "happiness"
            rows.append((f"{number}.png", f"w{worker}", "neutral" if worker == 0 else said))
    return made_answers(rows), truth


def write_csv(path: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
    return path


def write_pictures(folder: Path, names: Sequence[str]) -> Path:
    """A folder of small grey pictures of those names."""
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), np.full((20, 16, 3), 40 + 9 * number, np.uint8))
    return folder
