"""Which pictures a published set has, and the class of each.

    fi          a folder for each of the eight emotions of Mikels (You et al. 2016, "Flickr and Instagram")
    emotionroi  images/EMOTION/PICTURE for six emotions (Peng et al. 2016)
    emotion6    the same (Peng et al. 2015)
    twitter     a list of pictures with their labels beside a folder of pictures (You et al. 2015; Borth et al. 2013)
    oasis       OASIS.csv with ratings from 1 to 7 beside the folder images (Kurdi et al. 2017)
    folders     the folders positive and negative, or these two inside of train, valid and test

Emotions become polarities as in Saito and Sudo, section 4.1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.sources.picture_file import read_rgb
from monitor.sources.pictures import SUFFIXES
from monitor_train.pictures.splits import SPLITS, DataError

MIKELS = ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness")
EKMAN = ("joy", "surprise", "anger", "disgust", "fear", "sadness")
POSITIVE = frozenset({"amusement", "awe", "contentment", "excitement", "joy", "surprise", "positive"})
LISTS = ("five_agree.txt", "four_agree.txt", "three_agree.txt", "ground_truth.txt")
"""The first of these that is there is read: five of five annotators agree, or at least four, or at least three."""
POLARITIES = {"1": "positive", "0": "negative", "-1": "negative", "positive": "positive", "negative": "negative"}
MIDPOINT = 4.0
"""Of the ratings of OASIS: pictures above it are positive, below it negative; those exactly on it are neither."""


def emotions(names: tuple[str, ...], inside: str = "") -> Callable[[Path], list[tuple[str, str]]]:
    """A reader of one folder per class, below `inside` where there is such a folder."""

    def read_folders(data: Path) -> list[tuple[str, str]]:
        below = data / inside if (data / inside).is_dir() else data
        return [(file.relative_to(data).as_posix(), name) for name in names for file in pictures_in(below / name)]

    return read_folders


def polarities(data: Path) -> list[tuple[str, str]]:
    """The folders positive and negative, here or in every folder named after a split."""
    return [
        (file.relative_to(data).as_posix(), name)
        for place in split_folders(data)
        for name in ("positive", "negative")
        for file in pictures_in(place / name)
    ]


def twitter(data: Path) -> list[tuple[str, str]]:
    """Lines `PICTURE LABEL`, with pictures in Agg_AMT_Candidates, images, or beside the list."""
    lists = [data / name for name in LISTS if (data / name).is_file()]
    if not lists:
        raise DataError(f"{data} holds none of the lists {', '.join(LISTS)}")
    folders = [data / inside for inside in ("Agg_AMT_Candidates", "images", "")]
    folder = next(each for each in folders if each.is_dir())
    found = []
    for number, line in text_lines(lists[0]):
        words = line.split()
        if len(words) != 2 or words[1] not in POLARITIES:
            raise DataError(f"{lists[0]}, line {number}: expected a picture and 0 or 1, not {line!r}")
        found.append((there(folder / words[0], lists[0], number).relative_to(data).as_posix(), POLARITIES[words[1]]))
    return found


def oasis(data: Path) -> list[tuple[str, str]]:
    """Pictures whose mean valence is not exactly the midpoint of the scale."""
    found = []
    for number, row in rows(data / "OASIS.csv", ("Theme", "Valence_mean")):
        picture = there(data / "images" / f"{row['Theme'].strip()}.jpg", data / "OASIS.csv", number)
        try:
            valence = float(row["Valence_mean"])
        except ValueError:
            raise DataError(f"{data / 'OASIS.csv'}, line {number}: Valence_mean must be a number") from None
        if valence != MIDPOINT:
            found.append((picture.relative_to(data).as_posix(), "positive" if valence > MIDPOINT else "negative"))
    return found


LAYOUTS: dict[str, Callable[[Path], list[tuple[str, str]]]] = {
    "fi": emotions(MIKELS),
    "emotionroi": emotions(EKMAN, "images"),
    "emotion6": emotions(EKMAN, "images"),
    "twitter": twitter,
    "oasis": oasis,
    "folders": polarities,
}


def split_folders(data: Path) -> list[Path]:
    """The folders in `data` that are named after splits; itself where there are none."""
    return [data / name for name in SPLITS if (data / name).is_dir()] or [data]


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a class. Raises DataError where there are none, or something else lies among them."""
    files = [path for path in sorted(folder.glob("*")) if not path.name.startswith(".")]
    if not files:
        raise DataError(f"class {folder.name!r} has no pictures: {folder} is missing or empty")
    for file in files:
        if file.suffix.lower() not in SUFFIXES:
            raise DataError(f"{file} is no picture by its ending; known: {', '.join(sorted(SUFFIXES))}")
    return files


def there(picture: Path, path: Path, number: int) -> Path:
    """`picture`, which a line of the file `path` names. Raises DataError where it is missing."""
    if not picture.is_file():
        raise DataError(f"{path}, line {number}: {picture} is missing")
    return picture


def read_text(path: Path, hint: str = "") -> str:
    """The text of a file. Raises DataError where it is missing, in which case it ends in `hint`, or not a text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path} is missing" + (f"; {hint}" if hint else "")) from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not a text file") from None


def text_lines(path: Path) -> list[tuple[int, str]]:
    """Number and text of every line that is not empty. Raises DataError as `read_text` does."""
    lines = enumerate(read_text(path).splitlines(), 1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def rows(path: Path, columns: tuple[str, ...], hint: str = "") -> list[tuple[int, dict[str, str]]]:
    """Line number and columns of every line of a csv file.

    Raises DataError where the file, in which case it ends in `hint`, or a column is missing.
    """
    reader = csv.DictReader(io.StringIO(read_text(path, hint)))
    found = [(reader.line_num, row) for row in reader]
    heading = reader.fieldnames or ()
    for column in columns:
        if column not in heading:
            raise DataError(f"{path}: the heading lacks the column {column!r}")
    for number, row in found:
        if any(row[column] is None for column in columns):
            raise DataError(f"{path}, line {number}: too few columns")
    return found


def all_there(files: Sequence[Path], hint: str) -> None:
    """Raises DataError, which ends in `hint`, where a file is missing."""
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise DataError(f"{missing[0]} is missing, and {len(missing) - 1} more of {len(files)}; {hint}")


def read_picture(file: Path) -> NDArray[np.uint8]:
    """The picture as the running monitor reads it, RGB uint8 (H, W, 3). Raises DataError where it cannot be read."""
    try:
        return read_rgb(file)
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{file} is not a picture that can be read ({error})") from None
