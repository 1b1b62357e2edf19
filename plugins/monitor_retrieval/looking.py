"""Looks at pictures that no run recorded, as the analyzer looks at frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from monitor.errors import SourceError
from monitor.plugins import Plugins
from monitor.run import analyzer_options
from monitor.sample import Frame, Sample
from monitor.settings import Settings
from monitor.sources.pictures import PictureSource, read_rgb
from monitor_retrieval.moment import LIBRARY, Moment, thumbnail
from monitor_retrieval.retrieval import NAME, AffectiveRetrieval

BATCH = 16


def make_analyzer(settings: Settings) -> AffectiveRetrieval:
    """The analyzer as the settings want it. Raises ArtifactError where there is no model."""
    registration = Plugins(settings.plugins.disabled).get("analyzers", NAME)
    analyzer: AffectiveRetrieval = registration.make(analyzer_options(settings, registration))
    return analyzer


def look(frames: Sequence[Frame], analyzer: AffectiveRetrieval) -> list[Moment]:
    """A moment per picture, as one of the library that the frames' source is named after."""
    answers = analyzer.analyze([Sample(frame) for frame in frames])
    return [
        Moment(
            vector=cast("NDArray[np.float32]", seen.vector),
            session=LIBRARY,
            source=frame.source,
            seconds=frame.seconds,
            scores=seen.scores,
            file=frame.file,
            thumbnail=thumbnail(frame.image),
        )
        for frame, (seen,) in zip(frames, answers, strict=True)
    ]


def look_through(source: PictureSource, analyzer: AffectiveRetrieval) -> Iterator[list[Moment]]:
    """The moments of a folder's pictures, so many at a time."""
    frames = source.samples()
    while batch := list(islice(frames, BATCH)):
        yield look(batch, analyzer)


def look_at_picture(file: Path | BinaryIO, name: str, analyzer: AffectiveRetrieval) -> Moment:
    """A picture file as a moment of no library. Raises SourceError where it cannot be read."""
    return look([Frame(read_picture(file, name), 0.0, "", 0, name)], analyzer)[0]


def read_picture(file: Path | BinaryIO, name: str) -> NDArray[np.uint8]:
    """uint8 (height, width, 3), RGB. Raises SourceError where the file is no picture that can be read."""
    try:
        return read_rgb(file)
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for damaged files
        reason = getattr(error, "strerror", None) or "it is damaged, or no picture"
        raise SourceError(f"picture {name} cannot be read: {reason}") from None
