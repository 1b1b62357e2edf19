"""Pictures cut out of the recordings of a session: the faces that an analyzer saw, or whole frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.errors import SourceError
from monitor.mistakes import unknown_name
from monitor.sample import Box, Frame
from monitor.sources import open_source
from monitor_labels.origins import Origin
from monitor_labels.sampling import By, chosen
from monitor_labels.text_file import LabelsError

if TYPE_CHECKING:
    import pandas as pd

    from monitor.store import Session, Source, Store

MARGIN = 0.2
"""Ground shown on each side of a face, as a fraction of its longer side: room to turn and shift it in training."""
LEAST_SIDE = 24
"""Faces of fewer pixels show nothing that people could label."""
MOST_SIDE = 640
"""Larger pictures are reduced to this many pixels."""
QUALITY = 95
"""Of the JPEG files."""


def analyzer_of(store: Store, sessions: Sequence[Session], name: str | None) -> str:
    """The analyzer whose observations are chosen from: `name`, or the first that told people apart, or the first.

    Raises LabelsError where a session was not seen by it, or it has no labels.
    """
    shared = [each for each in sessions[0].analyzers if all(session.labels.get(each) for session in sessions)]
    if name is not None and name not in shared:
        raise LabelsError(f"--analyzer: {unknown_name('analyzer with labels', name, shared)} in every session")
    if not shared:
        raise LabelsError("the sessions have no analyzer with labels in common; analyse them with the same one")
    saw_people = store.saw_people(sessions[0])
    of_people = [each for each in shared if saw_people[each]]
    return name or (of_people or shared)[0]


def candidates(store: Store, session: Session, analyzer: str, left_out: Counter[str]) -> pd.DataFrame:
    """What `analyzer` saw in those sources of a session whose pictures can be read again.

    `left_out` counts observations by the reason for which they are none.
    """
    seen = store.observations(session, analyzer=analyzer).dropna(subset=session.labels[analyzer])
    for source in store.sources(session.id):
        if _address(source) is None:
            left_out[f"{source.name} is not on this machine any more"] += int((seen["source_id"] == source.id).sum())
            seen = seen[seen["source_id"] != source.id]
    return seen.assign(session_id=session.id)


def cut_pictures(
    store: Store,
    sessions: Sequence[Session],
    analyzer: str,
    folder: Path,
    *,
    by: By,
    count: int,
    gap_seconds: float,
    seed: int,
) -> tuple[list[Origin], Counter[str]]:
    """Write the pictures of at most `count` chosen observations into `folder`; where each is from, the most worthwhile
    first, and how many were left out for which reason.

    Raises LabelsError where there is nothing to choose from.
    """
    import pandas as pd

    left_out: Counter[str] = Counter()
    seen = pd.concat([candidates(store, session, analyzer, left_out) for session in sessions], ignore_index=True)
    if seen.empty:
        reasons = "".join(f"; {reason}" for reason in left_out)
        raise LabelsError(f"{analyzer} saw nothing in these sessions whose picture could be shown{reasons}")
    sources = {source.id: source for session in sessions for source in store.sources(session.id)}
    every = {session.id: session.every_seconds for session in sessions}
    labels = sessions[0].labels[analyzer]
    folder.mkdir(parents=True, exist_ok=True)
    origins: list[Origin] = []
    for number in chosen(seen, labels, by, gap_seconds, seed):
        if len(origins) == count:
            break
        row = seen.iloc[number].to_dict()
        try:
            image = frame_at(sources[row["source_id"]], row["seconds"], every[row["session_id"]])
        except SourceError as error:
            left_out[str(error)] += 1
            continue
        subject = None if pd.isna(row["subject"]) else int(row["subject"])
        if subject is not None:
            image = face_of(image, (row["left"], row["top"], row["right"], row["bottom"]))
        if min(image.shape[:2]) < LEAST_SIDE:
            left_out[f"a face smaller than {LEAST_SIDE} pixels"] += 1
            continue
        track = "" if subject is None else f"-{subject}"
        name = f"{row['session_id']}-{row['source_id']}-{row['sample']:07d}{track}.jpg"
        write_picture(image, folder / name)
        origins.append(_origin(name, row, subject, analyzer, labels))
    return origins, left_out


def _origin(name: str, row: dict[Any, Any], subject: int | None, analyzer: str, labels: Sequence[str]) -> Origin:
    label = max(labels, key=lambda each: row[each])
    return Origin(
        name,
        int(row["session_id"]),
        int(row["source_id"]),
        float(row["seconds"]),
        subject,
        analyzer,
        label,
        round(float(row[label]), 4),
    )


def _address(source: Source) -> str | None:
    """Where the pictures of a source are; None where they cannot be read again."""
    place = source.path or source.name
    return place if source.kind in ("file", "pictures") and Path(place).exists() else None


def frame_at(source: Source, seconds: float, every_seconds: float) -> NDArray[np.uint8]:
    """The frame that was sampled at `seconds`, uint8 (height, width, 3).

    Raises SourceError where the file has no frame there any more.
    """
    address = _address(source) or source.name
    with closing(open_source(address, every_seconds=every_seconds, start_seconds=seconds)) as opened:
        frame = next((each for each in opened.samples() if isinstance(each, Frame)), None)
    if frame is None or frame.seconds - seconds > every_seconds:
        raise SourceError(f"{source.name} has no picture at {seconds:g} s; it is not the file that was analysed")
    return frame.image


def face_of(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The face in `box` (fractions of the frame) with some ground around it, as far as the frame reaches."""
    height, width, _ = image.shape
    left, top, right, bottom = np.multiply(box, (width, height, width, height))
    margin = MARGIN * max(right - left, bottom - top)
    rows = slice(max(0, round(top - margin)), round(bottom + margin))
    return image[rows, max(0, round(left - margin)) : round(right + margin)]


def write_picture(image: NDArray[np.uint8], path: Path) -> None:
    """Write an RGB picture as JPEG, reduced where it is large."""
    height, width = image.shape[:2]
    scale = MOST_SIDE / max(height, width)
    if scale < 1:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    _, code = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    path.write_bytes(code.tobytes())
