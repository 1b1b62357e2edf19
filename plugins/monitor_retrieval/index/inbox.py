"""What runs leave beside the table of moments, for whoever asks next to take it in.

A run only writes files: LanceDB, which holds the table, takes much time and memory to load, which every run would pay
for though it never asks anything.
"""

from __future__ import annotations

import io
import logging
import os
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from monitor_retrieval.index.index_errors import WRITING, index_errors
from monitor_retrieval.index.location import check_model, table_folder
from monitor_retrieval.moment import Moment

ABANDONED_SECONDS = 3600.0
"""Age at which a file that was never finished is one of a process that is gone."""

log = logging.getLogger("monitor")


class Inbox:
    """Moments of an index that wait to be taken into its table, and what a run must know of the table without LanceDB.

    In the folder of the index, `inbox` has a file for each batch, and `model` the identity of the model; `sessions` has
    an empty file for each session, also for one that was deleted, as to look into the table once more does no harm. The
    table is what counts: `model` only follows it.
    """

    def __init__(self, folder: Path) -> None:
        self._index = folder
        self.folder = folder / "inbox"
        """Where the files lie."""
        self._sessions, self._model = folder / "sessions", folder / "model"

    @property
    def model(self) -> str | None:
        """Identity of the model of all vectors; None where nobody has said so yet."""
        with index_errors(self._index):
            return self._model.read_text("utf-8") if self._model.exists() else None

    @model.setter
    def model(self, identity: str) -> None:
        with index_errors(self._index, WRITING):
            _write(self._model, identity.encode())

    @property
    def is_bare(self) -> bool:
        """Whether the index holds nothing, in its table neither."""
        return not table_folder(self._index).exists() and not self.files()

    def has(self, session: int) -> bool:
        """Whether there may be moments of a session."""
        return (self._sessions / str(session)).exists()

    def note(self, sessions: Iterable[int]) -> None:
        """Know that there are moments of `sessions`."""
        with index_errors(self._index, WRITING):
            self._sessions.mkdir(parents=True, exist_ok=True)
            for session in sessions:
                (self._sessions / str(session)).touch()

    def files(self) -> list[Path]:
        """A file for each batch that waits, the oldest first."""
        return sorted(self.folder.glob("*.npz"))

    def write(self, moments: Sequence[Moment], model: str) -> None:
        """Let `moments`, which have the same labels and vectors of `model`, wait.

        Raises MonitorError where the index is of another model by now, or where the disk is full or gone.
        """
        if not moments:
            return
        found = self.model
        if found not in (None, model) and not self.is_bare:
            check_model(self._index, str(found), model)
        with index_errors(self._index, WRITING):
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(self.folder / f"{time.time_ns():020}-{uuid.uuid4().hex}.npz", _to_bytes(moments, model))
        self.note({moment.session for moment in moments})
        if found != model:
            self.model = model

    def read(self, files: Iterable[Path], model: str | None) -> tuple[list[Moment], str | None]:
        """The moments in `files`, each once, and the model of their vectors, which is `model` where that is given.

        Damaged files, and those of another model, are put aside. Raises OSError where the disk fails.
        """
        found: dict[tuple[int, str, float], Moment] = {}
        for file in files:
            try:
                own, moments = _read(file)
            except OSError:
                raise
            except Exception as error:  # whatever NumPy and zipfile make of damaged bytes
                _put_aside(file, f"cannot be read ({type(error).__name__}: {error})")
                continue
            model = model or own
            if own == model:
                found |= {(moment.session, moment.source, moment.seconds): moment for moment in moments}
            else:  # a run wrote it just when the vectors were computed again
                _put_aside(file, f"have vectors of the model {own!r}, not of {model!r}")
        return list(found.values()), model

    def clear(self) -> None:
        """Remove what was put aside, as nobody knows whose pictures are in it, and what was never finished."""
        with index_errors(self._index, WRITING):
            for aside in self.folder.glob("*.aside"):
                aside.unlink(missing_ok=True)
            for part in self.folder.glob("*.part"):
                with suppress(FileNotFoundError):  # its process has finished it just now
                    if time.time() - part.stat().st_mtime > ABANDONED_SECONDS:
                        part.unlink()


def _put_aside(file: Path, why: str) -> None:
    aside = file.rename(file.with_suffix(".aside"))
    log.warning("%s: moments of a run that %s; they are left out", aside, why)


def _read(path: Path) -> tuple[str, list[Moment]]:
    """The model of the vectors in a file, and its moments. Raises what NumPy raises where it is damaged."""
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


def _to_bytes(moments: Sequence[Moment], model: str) -> bytes:
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
    pictures = np.frombuffer(b"".join(moment.thumbnail for moment in moments), np.uint8)
    file = io.BytesIO()
    np.savez(file, model=np.array(model), labels=np.array(labels), rows=np.array(rows, columns), pictures=pictures)
    return file.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Write a file that others see when it is whole and on the disk."""
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
