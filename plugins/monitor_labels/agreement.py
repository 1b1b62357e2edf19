"""How far workers agree beyond chance: Fleiss' kappa and Krippendorff's alpha."""

from __future__ import annotations

from dataclasses import dataclass

from monitor_labels.answers import Answers


@dataclass(frozen=True)
class Agreement:
    """1 is perfect agreement, 0 that of chance; None where it is not defined."""

    alpha: float | None
    """Krippendorff's, nominal, over all pictures with two answers or more."""
    kappa: float | None
    """Fleiss', over the pictures with the commonest number of answers, as it needs the same number everywhere."""
    raters: int
    """That number."""
    pictures: int
    """Pictures with that number of answers."""


def agreement(answers: Answers) -> Agreement:
    """The agreement of a table of answers (Fleiss 1971; Krippendorff 1980, section 12.3).

    Not defined where no picture has two answers, or where all answers are the same label.
    """
    import pandas as pd
    from crowdkit.metrics.data import alpha_krippendorff
    from statsmodels.stats.inter_rater import fleiss_kappa

    counts = pd.crosstab(answers.table["task"], answers.table["label"])
    each = counts.sum(axis=1)
    several = counts[each > 1]
    if several.empty or (several.sum() > 0).sum() < 2:
        return Agreement(None, None, 0, 0)
    table = answers.table[answers.table["task"].isin(several.index)]
    alpha = float(alpha_krippendorff(table[["task", "worker", "label"]]))
    raters = int(each[each > 1].mode().max())
    same = counts[each == raters]
    varied = bool((same.sum() > 0).sum() > 1)
    kappa = float(fleiss_kappa(same.to_numpy())) if varied else None
    return Agreement(alpha, kappa, raters, len(same))
