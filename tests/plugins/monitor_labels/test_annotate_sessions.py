"""Annotating what recordings show: the pictures, where they are from, and the labels as events of the session."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from monitor.commands import dashboard
from monitor.store import Recorder, Store
from monitor.store.events import Event, add_events, events, undo
from monitor_labels import recorded_pictures
from monitor_labels.label_events import keep_as_events
from monitor_labels.origins import Origin, read_origins
from monitor_labels.own_answers import OwnAnswers
from monitor_labels.task import Task
from tests.plugins.monitor_labels.made_answers import LABELS
from tests.plugins.monitor_labels.recorded_session import grey_at, record_session
from tests.plugins.monitor_labels.test_commands import monitor

STORE = Path("emotion-monitor.db")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of the session `door` and its video."""
    folder = tmp_path_factory.mktemp("recording")
    with Store(folder / STORE, create=True) as store:
        record_session(store, folder)
    return folder


@pytest.fixture
def recorded(recording: Path) -> Path:
    """That store, to change, where the settings expect it."""
    return Path(shutil.copy(recording / STORE, STORE))


class Answering:
    """A dashboard in whose place somebody answers as `answer` says, by picture."""

    address = "http://127.0.0.1:8501"

    def __init__(self, answer: Callable[[str], str]) -> None:
        self.answer = answer

    def wait(self) -> None:
        own, task = OwnAnswers.open(Path("task"), "ann"), Task.read(Path("task"))
        while (picture := own.next(task)) is not None:
            own.answer(picture, self.answer(picture), 1.0)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], str]], None]:
    """A function after which `monitor labels annotate` is answered at once."""

    def prepare(answer: Callable[[str], str]) -> None:
        @contextmanager
        def beside(*_: Any) -> Iterator[Answering]:
            yield Answering(answer)

        monkeypatch.setattr(dashboard, "dashboard_beside", beside)

    return prepare


ANNOTATE = ("annotate", "--session", "door", "--worker", "ann", "--count", 3)


def test_faces_of_a_session_are_labelled_and_the_labels_go_back(
    recorded: Path, answered: Callable[[Callable[[str], str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    said = iter(["neutral", "fear", "happiness"])
    answered(lambda picture: next(said))
    assert monitor(*ANNOTATE) == 0
    printed = capsys.readouterr()
    assert "3 pictures of what faces saw, by uncertainty" in printed.err
    assert "times rtsp://camera/1 is not on this machine any more" in printed.err
    assert "times a face smaller than 24 pixels" in printed.err
    assert "session 1: 3 events on the tier 'labels of ann', 2 of them corrections" in printed.out

    task, origins = Task.read(Path("task")), read_origins(Path("task"))
    assert task.labels == LABELS
    assert list(origins) == list(task.pictures)
    first = origins[task.pictures[0]]
    assert (first.seconds, first.subject, first.label) == (7.5, 1, "neutral")  # 0.50 against 0.48
    for picture, origin in origins.items():
        image = cv2.imread(f"{task.pictures_folder}/{picture}")
        height, width, _ = image.shape
        assert (width, height) == pytest.approx((0.3 * 320 + 48, 0.5 * 240 + 48), abs=2)
        assert image.mean() == pytest.approx(grey_at(origin.seconds), abs=4)
    seconds = sorted(origin.seconds for origin in origins.values())
    assert np.diff(seconds).min() >= 5

    with Store(STORE) as store:
        kept = events(store, 1)
        assert {(each.start_seconds, each.label) for each in kept} == {
            (origins[picture].seconds, label) for picture, label in OwnAnswers.open(Path("task"), "ann").labels.items()
        }
        assert {(each.tier, each.kind, each.author, each.made_by) for each in kept} == {
            ("labels of ann", "moment", "human", "ann")
        }
        assert "faces found neutral of track 1 (" in kept[0].note
        undo(store, 1)
        assert events(store, 1) == []


def test_a_task_that_is_begun_goes_on_and_no_other_takes_its_place(
    recorded: Path, answered: Callable[[Callable[[str], str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answered(lambda picture: "fear")
    assert monitor(*ANNOTATE, "--by", "random") == 0
    before = Task.read(Path("task"))
    assert monitor(*ANNOTATE, "--by", "novelty", "--analyzer", "faces") == 0
    assert monitor("annotate", "--worker", "ann") == 0
    assert Task.read(Path("task")) == before
    with Store(STORE) as store:
        assert len(events(store, 1)) == 3
        Recorder(store, name="window", every_seconds=1, window_seconds=5, labels={}).finish("finished")
    capsys.readouterr()
    assert monitor("annotate", "--session", "window") == 2
    assert "name another with --out" in capsys.readouterr().err


def test_frames_are_whole_where_the_analyzer_looks_at_whole_ones(
    recorded: Path, answered: Callable[[Callable[[str], str]], None]
) -> None:
    answered(lambda picture: "negative")
    assert monitor(*ANNOTATE, "--analyzer", "scene", "--by", "random") == 0
    task = Task.read(Path("task"))
    assert task.labels == ("positive", "negative")
    assert cv2.imread(f"{task.pictures_folder}/{task.pictures[0]}").shape == (240, 320, 3)
    assert all(origin.subject is None for origin in read_origins(Path("task")).values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--session", "door", "faces"), "give a folder of pictures or --session, not both"),
        ((), "nothing to annotate: give a folder of pictures or --session"),
        (("--session", "hall"), "no session 'hall'"),
        (("--session", "door", "--analyzer", "face"), "unknown analyzer with labels 'face'; did you mean 'faces'?"),
        (("--session", "door", "--labels", "one"), "--labels must be 2 to 10 different words"),
        (("--session", "door", "--worker", "../ann"), "letters, digits"),
    ],
)
def test_what_cannot_be_is_one_line(
    recorded: Path, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("annotate", *arguments) == 2
    assert words in capsys.readouterr().err


def test_recordings_that_are_gone_are_named(
    recorded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded_pictures, "_address", lambda source: None)  # as if the files were gone
    assert monitor(*ANNOTATE) == 2
    assert "faces saw nothing in these sessions whose picture could be shown" in capsys.readouterr().err


def test_a_damaged_list_of_origins_names_its_line(
    recorded: Path, answered: Callable[[Callable[[str], str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answered(lambda picture: "fear")
    assert monitor(*ANNOTATE) == 0
    path = Path("task/origins.csv")
    path.write_text(path.read_text().replace("1-1-", "x,1-1-", 1))
    assert monitor("annotate", "--worker", "ann") == 2
    assert "origins.csv, line 2: " in capsys.readouterr().err


def test_changed_answers_take_the_place_of_their_events_and_other_events_stay(recorded: Path) -> None:
    origins = {
        name: Origin(name, 1, 1, seconds, 1, "faces", "neutral", 0.5)
        for name, seconds in (("a.jpg", 1.0), ("b.jpg", 2.0), ("c.jpg", 3.0))
    }
    with Store(STORE) as store:
        add_events(store, [Event(1, "moment", 2.0, label="sneeze", tier="labels of ann", made_by="ann")])
        assert keep_as_events(store, origins, "ann", {"a.jpg": "fear", "b.jpg": "neutral"}) == {1: (2, 1)}
        before = {each.label: each.id for each in events(store, 1)}
        keep_as_events(store, origins, "ann", {"b.jpg": "neutral", "c.jpg": "happiness"})
        after = {each.label: each.id for each in events(store, 1)}
        assert set(after) == {"sneeze", "neutral", "happiness"}
        assert after["neutral"] == before["neutral"]
        keep_as_events(store, origins, "bob", {"b.jpg": "fear"})
        assert {each.tier for each in events(store, 1)} == {"labels of ann", "labels of bob"}


def test_the_store_is_the_one_that_was_named(tmp_path: Path, answered: Callable[[Callable[[str], str]], None]) -> None:
    with Store(tmp_path / "other.db", create=True) as store:
        record_session(store, tmp_path)
    answered(lambda picture: "fear")
    assert monitor(*ANNOTATE, "--store", tmp_path / "other.db") == 0
    with Store(tmp_path / "other.db") as store:
        assert len(events(store, 1)) == 3
