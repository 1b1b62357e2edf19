"""Which pictures a set with emotions has, and the emotion of each.

    fi, emotionroi, emotion6    as for scenes
    artphoto    files EMOTION_NUMBER.jpg in one folder, or a folder for each emotion (Machajdik and Hanbury 2010)
    abstract    ABSTRACT_groundTruth.csv, with the votes for each emotion, beside the pictures (the same authors)
    iapsa       labels.csv, with the columns path and emotion: the pictures of IAPS come without their labels, which
                Mikels et al. 2005 list by number
    list        the same for any pictures
    folders     a folder for each emotion, or these inside of train, valid and test

A set may lack some of the emotions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from monitor.mistakes import unknown_name
from monitor.sources.pictures import SUFFIXES
from monitor_train.pictures import layouts as picture_layouts
from monitor_train.pictures.layouts import EKMAN, MIKELS, pictures_in, read_text, rows, split_folders, there
from monitor_train.pictures.splits import DataError

ORDER = (*MIKELS, *(each for each in EKMAN if each not in MIKELS))
"""All known emotions, in the order in which a network has its own."""
SHORT = {"content": "contentment", "sad": "sadness", "excited": "excitement", "amused": "amusement"}
"""As the smaller sets write some of them."""
VOTES = "ABSTRACT_groundTruth.csv"
LABELS = "labels.csv"


def emotion(word: str, where: object) -> str:
    """The emotion that `word` means. Raises DataError, which begins with `where`, if it is none."""
    bare = word.strip(" '\"").lower()
    name = SHORT.get(bare, bare)
    if name not in ORDER:
        raise DataError(f"{where}: {unknown_name('emotion', bare, ORDER)}")
    return name


def artphoto(data: Path) -> list[tuple[str, str]]:
    """Emotions from the beginnings of file names, or from folders."""
    files = [path for path in sorted(data.glob("*")) if path.suffix.lower() in SUFFIXES]
    if not files:
        return folders(data)
    return [(file.name, emotion(file.stem.split("_")[0], file)) for file in files]


def abstract(data: Path) -> list[tuple[str, str]]:
    """The emotion with most votes; pictures where several have as many are left out."""
    path = data / VOTES
    heading, *lines = [line for line in csv.reader(io.StringIO(read_text(path))) if line] or [[]]
    if len(heading) < 2:
        raise DataError(f"{path} has no heading that names emotions")
    emotions = [emotion(word, f"{path}, heading") for word in heading[1:]]
    found = []
    for number, (name, *votes) in enumerate(lines, 2):
        try:
            counts = dict(zip(emotions, map(float, votes), strict=True))
        except ValueError:
            raise DataError(f"{path}, line {number}: expected a picture and {len(emotions)} votes") from None
        winners = [each for each, count in counts.items() if count == max(counts.values())]
        if len(winners) == 1:
            found.append((there(data / name.strip(" '\""), path, number).relative_to(data).as_posix(), winners[0]))
    return found


def listed(data: Path) -> list[tuple[str, str]]:
    """Pictures with their emotions, as labels.csv has them."""
    path = data / LABELS
    return [
        (
            there(data / row["path"], path, number).relative_to(data).as_posix(),
            emotion(row["emotion"], f"{path}, line {number}"),
        )
        for number, row in rows(path, ("path", "emotion"))
    ]


def folders(data: Path) -> list[tuple[str, str]]:
    """One folder per emotion, here or in every folder named after a split."""
    found = [
        (file.relative_to(data).as_posix(), emotion(folder.name, folder))
        for place in split_folders(data)
        for folder in sorted(place.glob("*"))
        if folder.is_dir() and not folder.name.startswith(".")
        for file in pictures_in(folder)
    ]
    if not found:
        raise DataError(f"{data} has no folders of pictures, one for each emotion")
    return found


LAYOUTS: dict[str, Callable[[Path], list[tuple[str, str]]]] = {
    **{name: picture_layouts.LAYOUTS[name] for name in ("fi", "emotionroi", "emotion6")},
    "artphoto": artphoto,
    "abstract": abstract,
    "iapsa": listed,
    "list": listed,
    "folders": folders,
}
