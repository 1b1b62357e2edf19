"""Pictures of faces in one folder for each class.

    train/CLASS/*.jpg  valid/CLASS/*.jpg  test/CLASS/*.jpg       `val` and `validation` are `valid` too
    CLASS/*.jpg                                                  split here, 80 : 10 : 10 in every class

The classes are the names of the folders. In the second form, pictures of one person may fall in different splits: put
them apart by the first form where figures must hold for people the model has never seen.
"""

from __future__ import annotations

from pathlib import Path

from monitor.mistakes import unknown_name
from monitor_train.face.data import Faces, single_labels, split_rows
from monitor_train.pictures.splits import SPLITS, DataError, Split

PICTURES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
NOTES = frozenset({".csv", ".md", ".txt"})
"""Endings of files that may lie among the pictures and are not read. Hidden files are not read either."""


def read(data: Path, split: Split) -> Faces:
    """The faces of one split. Raises DataError that names the folder or file that is wrong."""
    if not data.is_dir():
        raise DataError(f"{data} is not a folder; --data must name one with a folder for each class")
    inner = folders(data)
    if any(folder.name.lower() in SPLITS for folder in inner):
        place = places(data, inner, split)[split]
        return single_labels(*pictures(folders(place)), str(place))
    if len(inner) < 2:
        raise DataError(f"{data} needs a folder for each of at least two classes, and has {len(inner)}")
    names, files, labels = pictures(inner)
    rows = split_rows(split, [file.name for file in files], labels, tested=False)
    where = f"{data}, {split}: split here, which takes at least three pictures of each class"
    return single_labels(names, [files[row] for row in rows], [labels[row] for row in rows], where)


def places(data: Path, inner: list[Path], needed: Split) -> dict[Split, Path]:
    """The folder of each split that there is. Raises DataError where `needed` is none of them, or classes differ."""
    found: dict[Split, Path] = {}
    for folder in inner:
        if folder.name.lower() not in SPLITS:
            raise DataError(f"{folder}: {unknown_name('split', folder.name, SPLITS)}")
        split = SPLITS[folder.name.lower()]
        if split in found:
            raise DataError(f"{folder} and {found[split]} are both the split {split!r}; merge them")
        found[split] = folder
    if needed not in found:
        raise DataError(f"{data} has no folder {needed!r} beside {', '.join(folder.name for folder in inner)}")
    first = found.get("train", found[needed])
    known = [folder.name for folder in folders(first)]
    if len(known) < 2:
        raise DataError(f"{first} needs a folder for each of at least two classes, and has {len(known)}")
    for place in found.values():
        names = [folder.name for folder in folders(place)]
        for name in names:
            if name not in known:
                raise DataError(f"{place / name}: {unknown_name('class', name, known)}; {first} has no such class")
        for name in known:
            if name not in names:
                raise DataError(f"{place / name} is missing; every split needs each class of {first}")
    return found


def pictures(classes: list[Path]) -> tuple[tuple[str, ...], list[Path], list[int]]:
    """Names of the classes, and the pictures in their folders with the index of the class of each."""
    files, labels = [], []
    for label, folder in enumerate(classes):
        found = entries(folder)
        for entry in found:
            if entry.is_dir():
                raise DataError(f"{entry} is a folder inside that of a class; move its pictures up into {folder}")
            if entry.suffix.lower() not in PICTURES:
                raise DataError(f"{entry} is no picture by its ending; known: {', '.join(sorted(PICTURES))}")
        if not found:
            raise DataError(f"{folder} has no pictures; remove the folder or put some in it")
        files += found
        labels += [label] * len(found)
    return tuple(folder.name for folder in classes), files, labels


def folders(place: Path) -> list[Path]:
    """The folders in `place`, by name. Raises DataError for a file beside them, which would have no class."""
    found = entries(place)
    for entry in found:
        if not entry.is_dir():
            raise DataError(f"{entry} lies in no class's folder; move it into one or away")
    return found


def entries(place: Path) -> list[Path]:
    """What is in a folder, by name, without hidden files and notes."""
    return sorted(
        entry
        for entry in place.iterdir()
        if not entry.name.startswith(".") and (entry.is_dir() or entry.suffix.lower() not in NOTES)
    )
