from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor_studies.quick_study import Side, quick_study


def test_two_sides_are_groups_named_after_what_is_on_them():
    study = quick_study([Side(["3", "4"]), Side(["5"], person=2, source="hall")], labels=["anger"], seed=7)
    assert [(each.session, each.group, each.person, each.source) for each in study.sessions] == [
        ("3", "3 and 4", None, None),
        ("4", "3 and 4", None, None),
        ("5", "person 2 of session 5", 2, "hall"),
    ]
    [wanted] = study.comparisons
    assert (wanted.first, wanted.second) == ("3 and 4", "person 2 of session 5")
    assert (study.labels, study.seed) == (["anger"], 7)


def test_one_side_is_compared_within():
    assert quick_study([Side(["3"])], after="laugh").comparisons[0].after == "laugh"
    assert quick_study([Side(["3"])], inside="topics:war").comparisons[0].inside == "topics:war"


@pytest.mark.parametrize(
    ("sides", "more", "said"),
    [
        ([Side(["3"])], {}, "needs two sessions or groups"),
        ([Side(["3"]), Side(["4"])], {"after": "laugh"}, "needs two sessions or groups"),
        ([Side(["3"])], {"after": "laugh", "inside": "topics"}, "needs two sessions or groups"),
        ([Side(["3"]), Side([])], {}, "at least one session on each side"),
        ([Side(["3"]), Side(["3"])], {}, "compared with itself"),
    ],
)
def test_what_is_no_comparison_is_said(sides, more, said):
    with pytest.raises(ConfigError, match=said):
        quick_study(sides, **more)
