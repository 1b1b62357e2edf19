"""RAF-DB, the basic emotions: 12271 training and 3068 test pictures, each with the label of about 40 annotators (Li,
Deng and Du, "Reliable crowdsourcing and deep locality-preserving learning for expression recognition in the wild",
2017).

The layout is the one its authors hand out, with the archives unpacked where they lie:

    EmoLabel/list_patition_label.txt               lines of a picture's name and a label from 1 to 7
    Image/aligned/train_00001_aligned.jpg          100x100
    Annotation/auto/train_00001_auto_attri.txt     37 lines "x y": landmarks that Face++ found, in the original picture
    Annotation/manual/train_00001_manu_attri.txt   5 lines "x y", set by hand, in the original picture: the eye on the
                                                   picture's left, the one on its right, nose, both corners of the
                                                   mouth; then gender, race and age, which are not read

RAF-DB has no validation set: a tenth of the training pictures of every class is held out, always the same.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor_face.expression import align
from monitor_train.face.data import Faces, single_labels, split_rows
from monitor_train.pictures.layouts import all_there, text_lines
from monitor_train.pictures.splits import DataError, Split

LABELS = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
"""The classes of the labels 1 to 7."""
LABEL_FILES = ("list_patition_label.txt", "list_partition_label.txt")
"""The readme of RAF-DB spells the name both ways."""
LANDMARKS, BY_HAND = 37, 5


def read(data: Path, split: Split) -> Faces:
    """The faces of one split; `data` is the folder `basic` or the one that holds it.

    Raises DataError that names the file, and the line, that is wrong.
    """
    root = data / "basic" if (data / "basic").is_dir() else data
    found = [root / "EmoLabel" / name for name in LABEL_FILES if (root / "EmoLabel" / name).is_file()]
    if not found:
        raise DataError(f"{root / 'EmoLabel' / LABEL_FILES[0]} is missing; --data must name the folder basic of RAF-DB")
    published = "test" if split == "test" else "train"
    entries = [(stem, label) for stem, label in read_labels(found[0]) if stem.startswith(published)]
    stems, labels = [stem for stem, _ in entries], [label for _, label in entries]
    if split != "test":
        rows = split_rows(split, stems, labels, tested=True)
        stems, labels = [stems[row] for row in rows], [labels[row] for row in rows]

    files = [root / "Image" / "aligned" / f"{stem}_aligned.jpg" for stem in stems]
    automatic = [root / "Annotation" / "auto" / f"{stem}_auto_attri.txt" for stem in stems]
    manual = [root / "Annotation" / "manual" / f"{stem}_manu_attri.txt" for stem in stems]
    hint = f"{found[0]} names them; unpack aligned.zip, auto.zip and manual.zip of RAF-DB into {root}"
    all_there([*files, *automatic, *manual], hint)
    landmarks = [
        aligned_landmarks(read_points(points), read_points(anchors, BY_HAND))
        for points, anchors in zip(automatic, manual, strict=True)
    ]
    table = np.array(landmarks, np.float32).reshape(-1, LANDMARKS, 2)
    return single_labels(LABELS, files, labels, f"{found[0]}, {split}", table)


def read_labels(path: Path) -> list[tuple[str, int]]:
    """Stem of the picture's name and index of its class, in the order of the file."""
    entries: dict[str, int] = {}
    for number, line in text_lines(path):
        name, *rest = line.split()
        stem, label = name.removesuffix(".jpg"), " ".join(rest)
        if not re.fullmatch(r"(train|test)_\d+", stem):
            raise DataError(f"{path}, line {number}: {line!r} does not begin with a name such as train_00001.jpg")
        if not re.fullmatch("[1-7]", label):
            raise DataError(f"{path}, line {number}: unknown label {label!r}; known: 1 (surprise) to 7 (neutral)")
        if stem in entries:
            raise DataError(f"{path}, line {number}: {name} has a label already; remove one of the lines")
        entries[stem] = int(label) - 1
    return list(entries.items())


def read_points(path: Path, only: int | None = None) -> NDArray[np.float64]:
    """The points (37, 2) of a file, or the first `only` of them, in pixels of the original picture."""
    points = []
    for number, line in text_lines(path)[:only]:
        try:
            x, y = (float(word) for word in line.split())
        except ValueError:
            raise DataError(f"{path}, line {number}: {line!r} must be two numbers, x and y") from None
        points.append((x, y))
    expected = only or LANDMARKS
    if len(points) != expected:
        raise DataError(f"{path} has {len(points)} points, not {expected}; unpack it again from RAF-DB")
    return np.array(points, np.float64)


def aligned_landmarks(points: NDArray[np.float64], manual: NDArray[np.float64]) -> NDArray[np.float64]:
    """The landmarks (37, 2) in fractions of the aligned picture, from `points` and `manual` of the original picture.

    Kanamori et al., section 4.4: the affine map puts left eye, right eye and the middle of the mouth's corners at
    (25, 35), (75, 35) and (50, 75) of 100 by 100. Not a number where there is no such map because the three lie almost
    on a line, and where the points mark no face: RAF-DB has no sign for landmarks that were not found, but points that
    are no numbers or all the same cannot be any.
    """
    left, right, _, *corners = manual
    matrix = align.affine_map(np.array([left, right, np.mean(corners, axis=0)]), 1.0, 0.0)
    if matrix is None or not np.isfinite(points).all() or (points == points[0]).all():
        return np.full_like(points, np.nan)
    aligned: NDArray[np.float64] = (points @ matrix[:, :2].T + matrix[:, 2]) / align.FRAME
    return aligned
