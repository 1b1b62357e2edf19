"""Sessions of an archive as a study file."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.store import Store, queue
from monitor_archive.study import add_to_study, check_study
from monitor_studies.study_file import read_study
from tests.made_up_session import MadeUpSession

RECIPE = "a recipe"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three recordings that are done, in two folders, and one that failed."""
    store = Store(tmp_path / "archive.db", create=True)
    files = [queue.File(f"/{name}.mp4", 1, name) for name in ("before/a", 'after/"b"', "after/ç", "after/d")]
    queue.enqueue(store, files, RECIPE)
    for number in range(4):
        taken = queue.take(store, RECIPE, "w")
        assert taken is not None
        made_up = MadeUpSession(store)
        made_up.end()
        with store.engine.begin() as connection:
            queue.begin(connection, made_up.recorder.session_id, number=taken.id, worker="w")
        queue.end(store, taken.id, "w", "damaged" if number == 3 else None)
    return store


def test_a_study_lists_each_session_once_in_the_group_of_its_folder(store: Store) -> None:
    path = Path("my study.toml")
    assert add_to_study(path, store, RECIPE, {"before/a"}) == 1
    assert add_to_study(path, store, RECIPE, set()) == 2
    assert add_to_study(path, store, RECIPE, set()) == 0
    study = read_study(path)
    assert study.title == "my study"
    assert [(each.session, each.group, each.covariates["recording"]) for each in study.sessions] == [
        ("1", "before", "a.mp4"),
        ("2", "after", '"b".mp4'),
        ("3", "after", "ç.mp4"),
    ]


def test_what_somebody_wrote_into_it_stays(store: Store) -> None:
    path = Path("study.toml")
    path.write_text('title = "By hand"\n\n[[sessions]]\nsession = 2\ngroup = "mine"  # a remark\n')
    assert add_to_study(path, store, RECIPE, set()) == 2
    assert path.read_text().startswith('title = "By hand"\n\n[[sessions]]\nsession = 2\ngroup = "mine"  # a remark\n\n')
    assert [each.session for each in read_study(path).sessions] == ["2", "1", "3"]


@pytest.mark.parametrize("text", ["title = ", "sessions = 3", "[[sessions]]\ngroup = 'a'\n"])
def test_another_file_is_refused_before_anything_is_analysed(text: str) -> None:
    path = Path("study.toml")
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"study study\.toml is no study file"):
        check_study(path)
