"""Vectors and emotions of pictures that no run recorded, by the analyzer that runs use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from monitor.engine import models
from monitor.plugin.registry import plugins_in_use
from monitor.sample import Frame, Sample
from monitor.settings import Settings
from monitor.sources.picture_file import read_picture
from monitor.sources.pictures import PictureSource
from monitor_retrieval.analyzer import NAME, AffectiveRetrieval
from monitor_retrieval.moment import LIBRARY, Moment, thumbnail

BATCH = 16


def make_analyzer(settings: Settings) -> AffectiveRetrieval:
    """The analyzer as the settings want it. Raises ArtifactError where there is no model."""
    registration = plugins_in_use().get("analyzers", NAME)
    return cast("AffectiveRetrieval", models.make_analyzer(settings, registration))


def embed(frames: Sequence[Frame], analyzer: AffectiveRetrieval) -> list[Moment]:
    """A moment per picture, as one of the library that the frames' source is named after."""
    answers = analyzer.analyze([Sample(frame) for frame in frames])
    return [
        Moment(
            vector=cast("NDArray[np.float32]", seen.vector),
            session=LIBRARY,
            source=frame.source_name,
            seconds=frame.seconds,
            scores=seen.scores,
            file=frame.file,
            thumbnail=thumbnail(frame.image),
        )
        for frame, (seen,) in zip(frames, answers, strict=True)
    ]


def embed_folder(source: PictureSource, analyzer: AffectiveRetrieval) -> Iterator[list[Moment]]:
    """The moments of a folder's pictures, at most BATCH at a time."""
    frames = source.samples()
    while batch := list(islice(frames, BATCH)):
        yield embed(batch, analyzer)


def embed_picture(file: Path | BinaryIO, name: str, analyzer: AffectiveRetrieval) -> Moment:
    """A picture file as a moment of no library. Raises SourceError where it cannot be read."""
    return embed([Frame(read_picture(file, name), 0.0, 1, 0, name)], analyzer)[0]
