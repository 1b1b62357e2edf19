"""Computes the vectors of an index again, with another model, from the thumbnails that it keeps.

Thumbnails are small (their longer side has THUMBNAIL_SIDE pixels), so the vectors and emotions are close to those that
the frames themselves would give, but not the same; who needs these runs the recordings again.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.errors import MonitorError
from monitor.sample import Frame, Sample
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.index.location import model_identity
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.moment import LIBRARY, Moment

BATCH = 64


def rebuild(
    folder: str | Path, analyzer: AffectiveRetrieval, watch: Callable[[float], object] = lambda fraction: None
) -> int:
    """Let `analyzer` look at every moment of the index in `folder` again; how many there are.

    The new table is made beside the old one, in the folder `rebuilding`, and takes its place in one transaction at the
    end: until then nothing is lost when it is interrupted, and others read the old one. `watch` is called with how much
    is done, in [0, 1]. Raises MonitorError where there is no index, where a moment has no thumbnail or a damaged one,
    or where a run recorded into the index meanwhile.
    """
    index = MomentIndex(folder)
    beside = index.folder / "rebuilding"
    shutil.rmtree(beside, ignore_errors=True)
    rebuilt = MomentIndex(beside, model=model_identity(analyzer.artifact), create=True)
    version, count, done = index.version, len(index), 0
    novelty: defaultdict[tuple[int, str], Novelty] = defaultdict(Novelty)
    try:
        for moments in index.all(BATCH):
            seen = [_with_novelty(moment, novelty) for moment in embed_again(moments, analyzer)]
            rebuilt.append(seen)
            done += len(seen)
            watch(done / count)
        index.replace_all(rebuilt, version)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    index.optimize()
    return count


def embed_again(moments: Sequence[Moment], analyzer: AffectiveRetrieval) -> list[Moment]:
    """The moments with the vectors and emotions of their thumbnails."""
    samples = [Sample(_frame(moment)) for moment in moments]
    return [
        replace(moment, vector=cast("NDArray[np.float32]", seen.vector), scores=seen.scores)
        for moment, (seen,) in zip(moments, analyzer.analyze(samples), strict=True)
    ]


def _frame(moment: Moment) -> Frame:
    if not moment.thumbnail:
        raise MonitorError(
            f"{moment} was recorded without pictures, so its vector cannot be computed again; delete session "
            f"{moment.session}, which removes its moments, and analyse the recording again; nothing was changed"
        )
    data = np.frombuffer(moment.thumbnail, np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if picture is None:
        raise MonitorError(
            f"the thumbnail of {moment} is damaged, so its vector cannot be computed again; nothing was changed"
        )
    image = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    return Frame(image, moment.seconds, 1, 0, moment.file, moment.source)


def _with_novelty(moment: Moment, novelty: defaultdict[tuple[int, str], Novelty]) -> Moment:
    """Moments of a source come in stream order; those of a library have no past."""
    if moment.session == LIBRARY:
        return moment
    return replace(moment, novelty=novelty[moment.session, moment.source](moment.vector, moment.seconds))
