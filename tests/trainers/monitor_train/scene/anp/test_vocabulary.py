"""The three published forms of lists of adjective-noun pairs, written small."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_train.pictures.splits import DataError
from monitor_train.scene.anp.vocabulary import read_vocabulary

ONTOLOGY = """How the values were made.

1. beautiful [sentiment: 1.00] [#images: 18,487,527]
\tbeautiful_flower [sentiment: 1.77] [#imgs: 2,380,000]
\tbeautiful_girl [sentiment: 1.67] [#imgs: 1,110,000]
2. drab [sentiment: -1.00] [#images: 312]
\tdrab_city [sentiment: -1.35] [#imgs: 312]
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cloudy_moon\nsuper_moon\n\n", ("cloudy_moon", "super_moon")),
        ('[\n "abandoned_asylum",\n "yummy_pie"\n]', ("abandoned_asylum", "yummy_pie")),
        (ONTOLOGY, ("beautiful_flower", "beautiful_girl", "drab_city")),
        ("old_fire_engine\n", ("old_fire_engine",)),
    ],
)
def test_the_three_forms(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    (tmp_path / "list").write_text(text)
    assert read_vocabulary(tmp_path / "list") == names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cloudy_moon\nsunny\n", "line 2: 'sunny' is no adjective-noun pair; it needs an adjective, an underscore"),
        ("_moon\n", "line 1: '_moon' is no adjective-noun pair"),
        ('["cloudy_moon", "sunny"]', "entry 2: 'sunny' is no adjective-noun pair"),
        (ONTOLOGY.replace("drab_city", "drabcity"), "line 7: 'drabcity' is no adjective-noun pair"),
        ('["cloudy_moon", 3]', "entry 2: expected a name, not 3"),
        ('["cloudy_moon"', "begins like a JSON array and is none"),
        ("cloudy_moon;0.3 and more\n", "line 1: 'cloudy_moon;0.3 and more' is not one name; known are"),
        (ONTOLOGY + "\tgrey_day [-1.2]\n", r"line 8: 'grey_day \[-1.2\]' is neither a heading nor a pair"),
        ("a_b\nc_d\na_b\n", "line 3: 'a_b' stands in .*, line 1 already"),
        ("\n", "holds no adjective-noun pair"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "list").write_text(text)
    with pytest.raises(DataError, match=message):
        read_vocabulary(tmp_path / "list")


def test_other_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is missing"):
        read_vocabulary(tmp_path / "gone")
    (tmp_path / "list").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="is not a text file"):
        read_vocabulary(tmp_path / "list")


@pytest.mark.parametrize(
    ("name", "count"), [("1200ANPsv1.1.txt", 1200), ("deepsentibank_2089_classes.json", 2089), ("3244ANPs.txt", 3244)]
)
def test_the_published_lists(name: str, count: int) -> None:
    path = Path(__file__).parents[5] / "shared" / "data" / "anp" / name
    if not path.exists():
        pytest.skip(f"the list {name} is not on this machine")
    assert len(read_vocabulary(path)) == count
