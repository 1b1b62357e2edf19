"""SFEW 2.0, static facial expressions in the wild: frames of films with one of seven labels (Dhall et al., EmotiW
2015).

    Train/Angry/*.png  Val/Angry/*.png         or Train_Aligned_Faces and Val_Aligned_Faces, and the same inside of them

The labels of its test set were never published: here the pictures of Val are the test, and a tenth of every class of
Train validates, always the same.
"""

from __future__ import annotations

from pathlib import Path

from monitor.emotions import SEVEN, emotion
from monitor_train.face.data import Faces, single_labels, split_rows
from monitor_train.face.folders import folders, pictures
from monitor_train.pictures.splits import DataError, Split

FOLDERS = {"train": ("Train", "Train_Aligned_Faces"), "test": ("Val", "Val_Aligned_Faces")}


def read(data: Path, split: Split) -> Faces:
    """The faces of one split, with the names of emotions used here. Raises DataError that names what is wrong."""
    place = find(data, FOLDERS["test" if split == "test" else "train"])
    classes = folders(place)
    names = {folder: emotion(folder.name) for folder in classes}
    for folder, name in names.items():
        if name not in SEVEN:
            raise DataError(
                f"{folder} is no emotion of SFEW; known: Angry, Disgust, Fear, Happy, Neutral, Sad, Surprise"
            )
    _, files, indices = pictures(classes)
    labels = [SEVEN.index(str(names[classes[index]])) for index in indices]
    if split != "test":
        rows = split_rows(split, [file.name for file in files], labels, tested=True)
        files, labels = [files[row] for row in rows], [labels[row] for row in rows]
    return single_labels(SEVEN, files, labels, f"{place}, {split}")


def find(data: Path, names: tuple[str, ...]) -> Path:
    """The first of the folders `names` in `data`, or the folder of that name inside of it, as some copies have it."""
    for name in names:
        if (data / name).is_dir():
            return data / name / name if (data / name / name).is_dir() else data / name
    raise DataError(f"{data / names[0]} is missing; --data must name the folder of SFEW 2.0")
