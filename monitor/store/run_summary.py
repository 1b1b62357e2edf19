"""What a run has to say of a source at its end: shares and measures of everybody, from the stored totals.

Without pandas, whose import would take longer, and more memory, than many a run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.moments import joined
from monitor.shares import WHOLE_FRAME, shares
from monitor.store.frames import counted
from monitor.store.queries import Store
from monitor.store.records import Session

OfSubjects = dict[str, dict[str, float]]
"""Subject ("all", "frame" or a person's number) -> name -> number."""


def shares_of(store: Store, session: Session, source_id: int) -> dict[str, OfSubjects]:
    """Analyzer -> subject -> label -> share, for every analyzer with labels; "all" are all people together.

    They come first, then those seen most.
    """
    answer: dict[str, OfSubjects] = {}
    for analyzer, labels in session.labels.items():
        if not labels:
            continue
        samples: dict[int, int] = defaultdict(int)
        sums: dict[int, NDArray[np.float64]] = {}
        for row in store.total_rows(session, analyzer, source_id=source_id):
            subject, own = row["subject"], np.array(counted(row, session)[1])
            samples[subject] += row["samples"]
            sums[subject] = sums[subject] + own if subject in sums else own
        seen_most = sorted(samples, key=samples.__getitem__, reverse=True)
        shown = {_name(subject): sums[subject] for subject in seen_most}
        if shown and "frame" not in shown:
            shown = {"all": np.sum(list(shown.values()), axis=0), **shown}
        answer[analyzer] = {
            subject: dict(zip(labels, shares(row).round(6).tolist(), strict=True)) for subject, row in shown.items()
        }
    return answer


def measures_of(store: Store, session: Session, source_id: int) -> dict[str, dict[str, OfSubjects]]:
    """Analyzer -> subject -> measure -> count, mean, std, low and high, for every analyzer with measures.

    A single value has no `std`; a measure without any value is left out.
    """
    answer: dict[str, dict[str, OfSubjects]] = {}
    for analyzer, measures in session.measures.items():
        seen: dict[int, dict[str, list[Sequence[float]]]] = defaultdict(lambda: defaultdict(list))
        everybody: dict[str, list[Sequence[float]]] = defaultdict(list)
        for row in store.measure_rows(session, analyzer, source_id=source_id):
            for measure, numbers in zip(measures, row["measures"] or [None] * len(measures), strict=True):
                if numbers is not None:
                    seen[row["subject"]][measure.name].append(numbers)
                    everybody[measure.name].append(numbers)
        of_subjects = {_name(subject): seen[subject] for subject in sorted(seen)}
        if seen and WHOLE_FRAME not in seen:
            of_subjects = {"all": everybody, **of_subjects}
        answer[analyzer] = {
            subject: {
                measure: {name: round(number, 6) for name, number in joined(rows[measure]).items()}
                for measure in sorted(rows)
            }
            for subject, rows in of_subjects.items()
        }
    return answer


def _name(subject: object) -> str:
    return "frame" if subject == WHOLE_FRAME else str(subject)
