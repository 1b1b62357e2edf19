"""Describes every picture of a set: its regions, their four best adjective-noun pairs, their share of the saliency.

The answers are kept as Parquet files of a few hundred pictures each, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from monitor.errors import ConfigError
from monitor_train.pictures.comparison import begin
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.pictures.terminal import progress
from monitor_train.scene.anp.detectors import AnpDetector
from monitor_train.scene.anp.regions import Segmenter, regions_of
from monitor_train.scene.anp.saliency import SALIENCIES, cut, share
from monitor_train.scene.anp.text import best_anps
from monitor_train.scene.data import read

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("label", pa.string()),
        ("left", pa.float64()),
        ("top", pa.float64()),
        ("right", pa.float64()),
        ("bottom", pa.float64()),
        ("saliency", pa.float64()),
        ("anps", pa.list_(pa.string())),
        ("probabilities", pa.list_(pa.float64())),
    ]
)
"""One row per region; `saliency` is its share of the picture's, a box is in fractions of width and height."""
SETTINGS = "settings.json"
PART = 200
"""Pictures per file."""


@dataclass(frozen=True)
class RegionDescriber:
    """With what the regions of pictures are found and described."""

    segmenter: Segmenter
    detector: AnpDetector
    saliency: str
    """One of SALIENCIES."""
    described: dict[str, str]
    """The same in words, to be compared with those of a run that is continued."""


def describe_regions(source: DataSet, describer: RegionDescriber, out: Path) -> int:
    """Describe all pictures of all splits that OUT does not know yet; the number of regions of all.

    Raises ConfigError where OUT was begun with other settings.
    """
    begin(out / SETTINGS, describer.described)
    splits = read(source)
    done = {name for part in parts(out) for name in read_part(part)["file"].to_pylist()}
    left = [(scenes, index) for scenes in splits.values() for index in range(len(scenes))]
    left = [(scenes, index) for scenes, index in left if scenes.names[index] not in done]
    number = len(parts(out))
    rows: list[dict[str, Any]] = []
    for count, (scenes, index) in enumerate(progress(left, "regions", len(left)), 1):
        rows += describe(scenes.read(index), scenes.names[index], describer)
        if count % PART == 0 or count == len(left):
            path = out / f"part-{number:05d}.parquet"
            table = pa.Table.from_pylist(rows, SCHEMA)
            parquet.write_table(table, path.with_suffix(".new"))  # type: ignore[no-untyped-call]
            path.with_suffix(".new").replace(path)
            number, rows = number + 1, []
    return sum(parquet.read_metadata(part).num_rows for part in parts(out))  # type: ignore[no-untyped-call]


def describe(picture: NDArray[np.uint8], name: str, describer: RegionDescriber) -> list[dict[str, Any]]:
    """The rows of one picture."""
    regions = regions_of(describer.segmenter, picture, name)
    saliency = SALIENCIES[describer.saliency](picture)
    answers = describer.detector([cut(picture, region.box) for region in regions], name)
    rows = []
    for region, probabilities in zip(regions, answers, strict=True):
        best = best_anps(probabilities, describer.detector.anps)
        sides = dict(zip(("left", "top", "right", "bottom"), region.box, strict=True))
        rows.append(
            {
                "file": name,
                "label": region.label,
                **sides,
                "saliency": share(saliency, region.box),
                "anps": [anp for anp, _ in best],
                "probabilities": [probability for _, probability in best],
            }
        )
    return rows


def parts(out: Path) -> list[Path]:
    """The files of a run, in order."""
    return sorted(out.glob("part-*.parquet"))


def read_part(part: Path) -> pa.Table:
    """The rows of one file."""
    return parquet.read_table(part, schema=SCHEMA)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class SeenRegions:
    """The regions of N pictures, R in all."""

    picture: NDArray[np.int64]
    """(R,): which of the pictures a region belongs to."""
    labels: list[str]
    anps: list[list[str]]
    saliency: NDArray[np.float64]
    """(R,): share of the picture's saliency."""


def read_regions(out: Path, names: Sequence[str]) -> SeenRegions:
    """The regions of the pictures `names`. Raises ConfigError where OUT holds none, DataError where a picture lacks."""
    if not parts(out):
        raise ConfigError(f"{out} holds no regions; make them with `monitor anp regions`")
    table = pa.concat_tables([read_part(part) for part in parts(out)])
    places = {name: index for index, name in enumerate(names)}
    rows = [row for row in table.to_pylist() if row["file"] in places]
    missing = set(places) - {row["file"] for row in rows}
    if missing:
        raise DataError(
            f"{out} lacks {len(missing)} of {len(names)} pictures, {min(missing)} among them; go on with it"
        )
    return SeenRegions(
        np.array([places[row["file"]] for row in rows]),
        [row["label"] for row in rows],
        [row["anps"] for row in rows],
        np.array([row["saliency"] for row in rows]),
    )
