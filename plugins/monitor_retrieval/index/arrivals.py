"""What runs leave beside the table of moments, for whoever asks next to take it in.

A run only writes files: LanceDB, which holds the table, takes half a second and a hundred megabytes to load, which
every run would pay for though it never asks anything.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from monitor_retrieval.index.lance_errors import WRITING, lance_errors
from monitor_retrieval.index.location import table_folder
from monitor_retrieval.moment import Moment

DAMAGED = (ValueError, KeyError, EOFError, BadZipFile)
"""What reading a file raises that is cut off, or is no such file."""

log = logging.getLogger("monitor")


class Arrivals:
    """The moments of an index that are not in its table yet, which sessions have any at all, and of which model.

    In the folder of the index, `arriving` has a file for each batch, `sessions` an empty one for each session, and
    `model` the identity of the model. All is there or not: files get their names when they are whole.
    """

    def __init__(self, folder: Path) -> None:
        self._index = folder
        self.folder = folder / "arriving"
        """Where the files lie."""
        self._sessions, self._model = folder / "sessions", folder / "model"

    @property
    def model(self) -> str | None:
        """Identity of the model of all vectors; None where nobody has said so yet."""
        try:
            return self._model.read_text("utf-8")
        except FileNotFoundError:
            return None

    @model.setter
    def model(self, identity: str) -> None:
        with lance_errors(self._index, WRITING):
            self._index.mkdir(parents=True, exist_ok=True)
            _whole(self._model, identity.encode())

    @property
    def is_bare(self) -> bool:
        """Whether the index holds nothing, in its table neither."""
        return not table_folder(self._index).exists() and not self.files()

    def has(self, session: int) -> bool:
        """Whether there may be moments of a session; they may have been taken out since."""
        return (self._sessions / str(session)).exists()

    def note(self, sessions: Iterable[int]) -> None:
        """Know that there are, or will be, moments of `sessions`."""
        with lance_errors(self._index, WRITING):
            self._sessions.mkdir(parents=True, exist_ok=True)
            for session in sessions:
                (self._sessions / str(session)).touch()

    def files(self) -> list[Path]:
        """A file for each batch that waits, the oldest first."""
        return sorted(self.folder.glob("*.npz"))

    def write(self, moments: Sequence[Moment], model: str) -> None:
        """Let `moments`, which have the same labels, wait. Raises MonitorError where the disk is full or gone."""
        if moments:
            with lance_errors(self._index, WRITING):
                self.folder.mkdir(parents=True, exist_ok=True)
                name = f"{time.time_ns():020}-{uuid.uuid4().hex}.npz"
                _whole(self.folder / name, _to_arrays(moments, model))

    def read(self, files: Iterable[Path]) -> dict[str, list[Moment]]:
        """Identity of a model -> the moments in `files` whose vectors it made; damaged files are put aside."""
        found = defaultdict[str, list[Moment]](list)
        for file in files:
            try:
                model, moments = _read(file)
            except DAMAGED as error:
                aside = file.rename(file.with_suffix(".damaged"))
                log.warning("%s: moments of a run that cannot be read (%s); they are left out", aside, error)
            else:
                found[model] += moments
        return found


def _read(path: Path) -> tuple[str, list[Moment]]:
    """The model of the vectors in a file, and its moments. Raises one of DAMAGED."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        rows, labels, pictures = arrays["rows"], arrays["labels"].tolist(), arrays["pictures"].tobytes()
        model = str(arrays["model"])
    ends = rows["picture_bytes"].cumsum().tolist()
    moments = [
        Moment(
            vector=row["vector"],
            session=int(row["session"]),
            source=str(row["source"]),
            seconds=float(row["seconds"]),
            scores=dict(zip(labels, row["scores"].tolist(), strict=True)),
            file=str(row["name"]) or None,
            novelty=None if np.isnan(row["novelty"]) else float(row["novelty"]),
            thumbnail=pictures[begin:end],
        )
        for row, begin, end in zip(rows, [0, *ends], ends, strict=False)
    ]
    return model, moments


def _to_arrays(moments: Sequence[Moment], model: str) -> dict[str, NDArray[np.generic]]:
    labels = list(moments[0].scores)
    columns = [
        ("vector", np.float32, len(moments[0].vector)),
        ("session", np.int64),
        ("source", f"U{max(len(moment.source) for moment in moments)}"),
        ("seconds", np.float64),
        ("scores", np.float64, len(labels)),
        ("name", f"U{max(len(moment.file or '') for moment in moments)}"),
        ("novelty", np.float64),
        ("picture_bytes", np.int64),
    ]
    rows = [
        (
            moment.vector,
            moment.session,
            moment.source,
            moment.seconds,
            [moment.scores[label] for label in labels],
            moment.file or "",
            np.nan if moment.novelty is None else moment.novelty,
            len(moment.thumbnail),
        )
        for moment in moments
    ]
    return {
        "model": np.array(model),
        "labels": np.array(labels),
        "rows": np.array(rows, columns),
        "pictures": np.frombuffer(b"".join(moment.thumbnail for moment in moments), np.uint8),
    }


def _whole(path: Path, content: bytes | dict[str, NDArray[np.generic]]) -> None:
    """Write a file that others see when it is whole."""
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with unfinished.open("wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                np.savez(file, **content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
