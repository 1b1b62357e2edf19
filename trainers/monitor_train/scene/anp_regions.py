"""Looks once at every picture of a set: its regions, their four best adjective-noun pairs, their share of the saliency.

The answers are kept as Parquet files of a few hundred pictures each, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from monitor.errors import ConfigError
from monitor_train.scene.anp_detectors import AnpDetector
from monitor_train.scene.anp_text import best_anps
from monitor_train.scene.data import read
from monitor_train.scene.regions import Segmenter, regions_of
from monitor_train.scene.saliency import SALIENCIES, cut, share
from monitor_train.splits import DataError
from monitor_train.terminal import progress

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
AT_ONCE = 200
"""Pictures per file."""


@dataclass(frozen=True)
class Looking:
    """With what the pictures are looked at."""

    segmenter: Segmenter
    detector: AnpDetector
    saliency: str
    """One of SALIENCIES."""
    described: dict[str, str]
    """The same in words, to be compared with those of a run that is continued."""


def look(data: Path, layout: str, looking: Looking, out: Path) -> int:
    """Look at all pictures of all splits that OUT does not know yet; the number of regions of all.

    Raises ConfigError where OUT was begun with other settings.
    """
    begin(out, looking.described)
    splits = read(data, layout)
    done = {name for part in parts(out) for name in parquet.read_table(part, columns=["file"])["file"].to_pylist()}
    left = [(scenes, index) for scenes in splits.values() for index in range(len(scenes))]
    left = [(scenes, index) for scenes, index in left if scenes.names[index] not in done]
    number = len(parts(out))
    rows: list[dict[str, Any]] = []
    for count, (scenes, index) in enumerate(progress(left, "regions", len(left)), 1):
        rows += look_at(scenes.read(index), scenes.names[index], looking)
        if count % AT_ONCE == 0 or count == len(left):
            path = out / f"part-{number:05d}.parquet"
            parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), path.with_suffix(".new"))
            path.with_suffix(".new").replace(path)
            number, rows = number + 1, []
    return sum(parquet.read_metadata(part).num_rows for part in parts(out))


def look_at(picture: NDArray[np.uint8], name: str, looking: Looking) -> list[dict[str, Any]]:
    """The rows of one picture."""
    regions = regions_of(looking.segmenter, picture, name)
    saliency = SALIENCIES[looking.saliency](picture)
    answers = looking.detector([cut(picture, region.box) for region in regions], name)
    rows = []
    for region, probabilities in zip(regions, answers, strict=True):
        best = best_anps(probabilities, looking.detector.anps)
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


def begin(out: Path, described: dict[str, str]) -> None:
    """Make the folder, or check that it was begun with the same settings."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / SETTINGS
    if not path.is_file():
        path.write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    for key in described | before:
        if described.get(key) != before.get(key):
            raise ConfigError(
                f"{out} was begun with {key} {before.get(key)!r}, not {described.get(key)!r}; name another --out"
            )


def parts(out: Path) -> list[Path]:
    """The files of a run, in order."""
    return sorted(out.glob("part-*.parquet"))


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
        raise ConfigError(f"{out} holds no regions; make them with `monitor train anp-regions`")
    table = pa.concat_tables([parquet.read_table(part, schema=SCHEMA) for part in parts(out)])
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
