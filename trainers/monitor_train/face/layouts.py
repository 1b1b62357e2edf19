"""The layouts on disk in which face data sets come, by the names of `--format`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from monitor.mistakes import unknown_name
from monitor_train.face import crowd, ferplus, folders, rafdb, sfew
from monitor_train.face.data import Faces
from monitor_train.pictures.splits import DataError, Split
from monitor_train.pictures.terms import OF_PICTURES, OWN_LICENCE

LAYOUTS: dict[str, Callable[[Path, Split], Faces]] = {
    "ferplus": ferplus.read,
    "rafdb": rafdb.read,
    "sfew": sfew.read,
    "folders": folders.read,
    "crowd": crowd.read,
}
TERMS = {
    "ferplus": (
        "FER+ (Barsoum et al. 2016): the training faces of FER2013 with the votes of ten annotators",
        OWN_LICENCE + "The votes of FER+ are MIT-licensed by Microsoft; the FER2013 faces were collected from a web "
        "search for research and come without a licence of their own",
    ),
    "rafdb": (
        "RAF-DB basic (Li, Deng and Du 2017): the training faces, single labels",
        "RAF-DB is licensed for non-commercial research only, and so are weights trained on it",
    ),
    "sfew": (
        "SFEW 2.0 (Dhall et al. 2015): frames of films, single labels",
        "SFEW is licensed for research only, and so are weights trained on it",
    ),
    "folders": ("faces in folders named after their classes, of whoever trained this model", OF_PICTURES),
    "crowd": ("faces with the cleaned labels of a crowd, of whoever trained this model", OF_PICTURES),
}
"""Layout -> what the training data is, and under which terms the weights can be used."""


def read(data: Path, layout: str, split: Split) -> Faces:
    """The faces of one split. Raises DataError that names the file, and the line or picture, that is wrong."""
    if layout not in LAYOUTS:
        raise DataError(unknown_name("data format", layout, LAYOUTS))
    return LAYOUTS[layout](data, split)
