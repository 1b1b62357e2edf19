"""Moments that come one by one or group by group, against numpy on all values at once."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.moments import STATISTICS, Moments, joined, pooled

numbers = st.one_of(st.just(float("nan")), st.floats(-1e4, 1e4))
tables = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=60)


def gathered(rows: np.ndarray) -> Moments:
    moments = Moments.empty(rows.shape[1])
    for row in rows:
        moments.add(row)
    return moments


@given(tables)
def test_one_by_one_agrees_with_all_at_once(rows: list[tuple[float, float]]) -> None:
    values = np.array(rows)
    moments = gathered(values)
    for number, column in enumerate(values.T):
        there = column[~np.isnan(column)]
        assert moments.count[number] == len(there)
        if len(there):
            assert moments.mean[number] == pytest.approx(there.mean(), abs=1e-6)
            assert moments.deviations[number] == pytest.approx(len(there) * there.var(), rel=1e-6, abs=1e-4)
            assert (moments.low[number], moments.high[number]) == (there.min(), there.max())
        else:
            assert moments.rows()[number] is None


@given(tables, st.integers(1, 7))
def test_groups_joined_agree_with_all_at_once(rows: list[tuple[float, float]], size: int) -> None:
    values = np.array(rows)
    groups = [
        (name, *statistics)
        for start in range(0, len(values), size)
        for name, statistics in zip("ab", gathered(values[start : start + size]).rows(), strict=True)
        if statistics is not None
    ]
    table = pooled(pd.DataFrame(groups, columns=["measure", *STATISTICS]), ["measure"]).set_index("measure")
    for name, column in zip("ab", values.T, strict=True):
        there = column[~np.isnan(column)]
        assert (name in table.index) == (len(there) > 0)
        if len(there):
            row = table.loc[name]
            without_pandas = joined([statistics for measure, *statistics in groups if measure == name])
            assert without_pandas == pytest.approx(row.dropna().to_dict(), rel=1e-9, abs=1e-9)
            assert row["count"] == len(there)
            assert row["mean"] == pytest.approx(there.mean(), rel=1e-6, abs=1e-5)
            assert row["low"] == pytest.approx(there.min(), rel=1e-8)
            assert row["high"] == pytest.approx(there.max(), rel=1e-8)
            if len(there) > 1:
                assert row["std"] == pytest.approx(there.std(ddof=1), rel=1e-4, abs=1e-4)
            else:
                assert np.isnan(row["std"])


def test_a_small_spread_around_a_large_number_is_not_lost() -> None:
    values = 1e6 + np.random.default_rng(1).normal(0, 0.01, (1000, 1))
    assert gathered(values).deviations[0] == pytest.approx(1000 * values.var(), rel=1e-4)


def test_what_was_written_goes_on_where_it_was() -> None:
    values = np.random.default_rng(2).normal(5, 3, (50, 3))
    values[:, 1] = np.nan
    first = gathered(values[:20])
    again = Moments.from_rows(json.loads(json.dumps(first.rows())))
    for row in values[20:]:
        again.add(row)
    whole = gathered(values)
    assert again.count.tolist() == [50, 0, 50]
    for name in ("mean", "deviations", "low", "high"):
        assert np.allclose(getattr(again, name), getattr(whole, name), rtol=1e-7)


def test_groups_without_any_value_give_no_row() -> None:
    nothing = pooled(pd.DataFrame(columns=["measure", *STATISTICS]).astype({"count": int}), ["measure"])
    assert nothing.empty
    assert list(nothing) == ["measure", "count", "mean", "std", "low", "high"]
