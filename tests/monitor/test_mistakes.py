from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.mistakes import explain, unknown_name


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Depth(Strict):
    metres: float = 1.0


class Well(Strict):
    width: int = Field(1, ge=1)
    depth: Depth = Depth()
    spare: Depth | None = None
    others: list[Depth] = []
    named: dict[str, Depth] = {}
    names: list[str] = Field(["a"], min_length=1)
    owner: str


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"widht": 2}, "unknown setting in [well]: 'widht'; did you mean 'width'?"),
        ({"zzzzz": 2}, "unknown setting in [well]: 'zzzzz'; known: depth, named, names, others, owner, spare, width"),
        ({"depth": {"meters": 2}}, "unknown setting in [well.depth]: 'meters'; did you mean 'metres'?"),
        ({"spare": {"meters": 2}}, "unknown setting in [well.spare]: 'meters'; did you mean 'metres'?"),
        ({"others": [{"meters": 2}]}, "unknown setting in [well.others #1]: 'meters'; did you mean 'metres'?"),
        ({"named": {"x": {"meters": 2}}}, "unknown setting in [well.named.x]: 'meters'; did you mean 'metres'?"),
        ({"width": 0}, "setting well.width: input should be greater than or equal to 1, not 0"),
        ({"depth": 3}, "setting well.depth: must be a section with settings of its own, not 3"),
        ({"names": []}, "setting well.names must not be empty"),
        ({"owner": None}, "setting well.owner: input should be a valid string, not None"),
    ],
)
def test_the_first_problem_becomes_one_line(given, line):
    with pytest.raises(ValidationError) as caught:
        Well.model_validate({"owner": "me", **given})
    assert explain(caught.value, Well, "well") == line


def test_a_missing_setting_is_named_at_the_top_level_too():
    with pytest.raises(ValidationError) as caught:
        Well.model_validate({})
    assert explain(caught.value, Well, "") == "setting owner is missing; it has no default"


def test_the_nearest_name_is_offered_or_all_are_listed():
    assert unknown_name("sink", "jsnl", ["jsonl", "palette"]) == "unknown sink 'jsnl'; did you mean 'jsonl'?"
    assert unknown_name("sink", "q", ["b", "a"]) == "unknown sink 'q'; known: a, b"
    assert unknown_name("sink", "q", []) == "unknown sink 'q'; known: none"
