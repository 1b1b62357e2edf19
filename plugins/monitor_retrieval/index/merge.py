"""Brings the moments of sessions that several machines analysed, each with an index of its own, into one."""

from __future__ import annotations

import heapq
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.errors import MonitorError
from monitor_retrieval.index.inbox import Inbox
from monitor_retrieval.index.index_errors import WRITING, index_errors
from monitor_retrieval.index.location import check_model, table_folder
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.moment import Moment

BATCH = 1024


def merge(
    folder: str | Path,
    others: Sequence[str | Path],
    sources: Mapping[int, Collection[str]],
    watch: Callable[[float], object] = lambda fraction: None,
) -> int:
    """Bring what the indexes in the folders `others` have of sessions into the one in `folder`, which is made where it
    is missing; how many moments came.

    `sources` has the names of the sources of each session of the store; of other sessions nothing comes, as they were
    deleted, and no library does. What is there already is left as it is, so that this may be done again and again, and
    after it was interrupted. Where parts of a session come from several machines, as one died and another went on, how
    new each moment is is computed again over the whole. `watch` is called with how much is done, in [0, 1].

    The folders are only read, as they may be copied again later: what waits in one is taken into an index of its own.
    Raises MonitorError for a folder without an index, or with one of another model or another store.
    """
    with TemporaryDirectory(dir=_made(folder), prefix="merging-", ignore_cleanup_errors=True) as beside:
        found = [
            part
            for number, other in enumerate(others)
            for part in _parts(Path(other), Path(beside) / f"{number}-{Path(other).name}")
        ]
        return _merge(folder, found, sources, watch)


def _made(folder: str | Path) -> Path:
    with index_errors(Path(folder), WRITING):
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


def _parts(folder: Path, beside: Path) -> list[MomentIndex]:
    """The table in `folder`, and an index of what waits there in `beside`; those of the two that there are."""
    parts = []
    if table_folder(folder).exists():
        parts.append(MomentIndex(folder, read_only=True))
    if Inbox(folder).files():
        shutil.copytree(Inbox(folder).folder, Inbox(beside).folder)
        parts.append(MomentIndex(beside))
    return parts or [MomentIndex(folder)]  # which says what is missing


def _merge(
    folder: str | Path,
    found: Sequence[MomentIndex],
    sources: Mapping[int, Collection[str]],
    watch: Callable[[float], object],
) -> int:
    index = MomentIndex(folder, model=found[0].model, create=True)
    for other in found:
        check_model(other.folder, other.model, index.model)
    parts: defaultdict[int, list[MomentIndex]] = defaultdict(list)
    for part in (index, *found):
        for session in part.sessions():
            if session in sources:
                parts[session].append(part)
    before = len(index)
    for number, (session, having) in enumerate(sorted(parts.items())):
        _check_sources(having, session, sources[session])
        if not _has_all(index, having, session):
            _bring(index, having, session)
        watch((number + 1) / len(parts))
    index.optimize()
    return len(index) - before


def _check_sources(having: Sequence[MomentIndex], session: int, names: Collection[str]) -> None:
    for part in having:
        for source in part.sources(session):
            if source not in names:
                raise MonitorError(
                    f"{part.folder} has moments of a source {source!r} in session {session}, which has none of that "
                    "name in this store: it is the index of another store; nothing of this session was changed"
                )


def _has_all(index: MomentIndex, having: Sequence[MomentIndex], session: int) -> bool:
    if having[0] is not index:
        return False
    return all(
        set(part.novelty(session, source).seconds) <= set(index.novelty(session, source).seconds)
        for part in having[1:]
        for source in part.sources(session)
    )


def _bring(index: MomentIndex, having: Sequence[MomentIndex], session: int) -> None:
    """Let `index` have all that any has of a session."""
    if len(having) == 1:
        for moments in having[0].of_session(session, BATCH):
            index.append(moments)
        return
    whole = _with_novelty(_once(having, session))
    while moments := list(islice(whole, BATCH)):
        index.put(moments)


def _once(having: Sequence[MomentIndex], session: int) -> Iterator[Moment]:
    """The moments of a session in stream order, each once."""
    ways = [(moment for moments in part.of_session(session, BATCH) for moment in moments) for part in having]
    newest: dict[str, float] = {}
    for moment in heapq.merge(*ways, key=lambda moment: moment.seconds):
        if newest.get(moment.source) != moment.seconds:
            yield moment
        newest[moment.source] = moment.seconds


def _with_novelty(moments: Iterator[Moment]) -> Iterator[Moment]:
    novelty: defaultdict[str, Novelty] = defaultdict(Novelty)
    for moment in moments:
        yield replace(moment, novelty=novelty[moment.source](moment.vector, moment.seconds))
