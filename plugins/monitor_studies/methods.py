"""The paragraph on methods that a paper may take over, with the versions behind a result."""

from __future__ import annotations

import platform
from importlib.metadata import version

from monitor.views.counts import gate_in_words
from monitor_studies.running import Result
from monitor_studies.statistics.blocks import APART
from monitor_studies.statistics.comparison import ONE_AGAINST_SEVERAL, PAIRS, PARTS, SESSIONS, TIME
from monitor_studies.statistics.intervals import LEVEL
from monitor_studies.words import listed

INVERTED = (
    "intervals hold the differences that this test of the studentised difference does not reject, and are {}'s where "
    "there are too few sessions for any p-value below 0.05"
)
PACKAGES = ("emotion-monitor", "numpy", "scipy", "arch")


def methods(result: Result) -> str:
    """How a study came to its numbers, in words."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    parts = [*_recordings(result), *_shares(result), *_comparisons(result)]
    parts.append(f"Random numbers: seed {result.study.seed}. {versions}, Python {platform.python_version()}.")
    return " ".join(parts)


def _recordings(result: Result) -> list[str]:
    """What was analysed, and what of it counts."""
    study, sessions = result.study, result.sessions
    every = " or ".join(f"{each:g}" for each in sorted(set(sessions["every_seconds"])))
    known = ", ".join(sorted(set(filter(None, sessions["model"]))))
    people = {each.person or study.person for each in study.sessions}
    excluded = sessions["excluded_seconds"].sum()
    return [
        f"{len(sessions)} recording{'s were' if len(sessions) > 1 else ' was'} sampled every {every} s "
        f"({sessions['samples'].sum():,} samples, {sessions['observed'].sum():,} with somebody who counts) and "
        f"analysed by {result.analyzer}{known and f' ({known})'}.",
        "Everybody in them was studied." if people == {None} else "One person of each was studied.",
        *_gates(result),
        f"Stretches marked as excluded, {excluded:g} s in all, do not count." if excluded else "Nothing was excluded.",
    ]


def _gates(result: Result) -> list[str]:
    """Which faces do not count, and in which sessions where that differs."""
    sessions_of: dict[str, list[str]] = {}
    for session, gate in zip(result.sessions["session"], result.gates, strict=True):
        words = (gate_in_words(gate) if gate else "") or "All faces count in shares."
        sessions_of.setdefault(words, []).append(str(session))
    if len(sessions_of) == 1:
        return list(sessions_of)
    return [f"Session{'s' * (len(own) > 1)} {listed(own)}: {words}" for words, own in sessions_of.items()]


def _shares(result: Result) -> list[str]:
    """What a share is, and how its interval is made."""
    study = result.study
    parts = [
        "The share of a label is the sum of its probabilities divided by the sum of all labels' probabilities; scores "
        "were neither smoothed nor calibrated.",
        f"Intervals of shares are {LEVEL:.0%} bootstrap-t intervals with standard errors from the equal-weighted "
        "cosine estimator of the long-run variance; each tail is the larger of those of a "
        f"{study.method} block bootstrap (block length by the rule of Politis and White) and of a fitted "
        f"autoregressive process ({study.resamples:,} resamples each).",
    ]
    if "adjusted" in result.shares:
        parts.append(
            "Adjusted shares invert the classifier's confusions as measured on labelled pictures (adjusted classify "
            "and count); their intervals include the uncertainty of these confusions."
        )
    return parts


def _comparisons(result: Result) -> list[str]:
    """How differences, trends and steps were tested."""
    study, parts = result.study, []
    units = set(result.comparisons["units"]) if len(result.comparisons) else set()
    if units & {TIME, PARTS}:
        both = "single recordings" if TIME in units else "parts of one recording"
        parts.append(
            f"Two {both} were compared by a permutation test of the studentised difference that moves blocks "
            f"of {APART:g} times that length ({study.permutations:,} permutations); intervals reach as many standard "
            f"errors as {LEVEL:.0%} of the permuted differences."
        )
    if units & {SESSIONS, ONE_AGAINST_SEVERAL}:
        parts.append(
            "Groups were compared with sessions as units, by permutations of whole sessions (all of them, or "
            f"{study.permutations:,} at random); {INVERTED.format('Welch')}."
        )
    if PAIRS in units:
        parts.append(
            "Conditions within sessions were compared by their differences, by permutations of their signs (all of "
            f"them, or {study.permutations:,} at random); {INVERTED.format('Student')}."
        )
    if len(result.order):
        parts.append(
            "Trends over dates: Theil and Sen's slope with Kendall's test. Steps at events: least squares with a "
            f"linear trend, residuals permuted {study.permutations:,} times (Freedman and Lane)."
        )
    if parts:
        labels = result.shares["label"].nunique()
        of = "which the study names" if study.labels else "all there are"
        parts.append(
            f"P-values were corrected over {labels} label{'s and measures' if labels > 1 else ''} ({of}), by Holm and "
            "for the false discovery rate."
        )
    return parts
