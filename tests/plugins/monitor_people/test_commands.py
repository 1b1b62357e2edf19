"""`monitor people SESSION ...`, on the made-up session: tracks 1 and 2 in a file, track 1 at a camera."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from monitor import cli
from monitor.store import Store
from monitor.store.identities import Identities
from monitor.store.remembered import remembered
from tests.made_up_session import MadeUpSession


class Run:
    """Runs `monitor people ...` and gives what it prints; an error gives its one line."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str) -> str:
        """Of session 1."""
        return self.of_all("1", *words)

    def of_all(self, *words: str) -> str:
        self._monkeypatch.setattr(sys, "argv", ["monitor", "people", *words])
        with pytest.raises(SystemExit):
            cli.main()
        said = self._capsys.readouterr()
        return said.out + said.err


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """On the made-up session."""
    with Store(tmp_path / "emotion-monitor.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(70)
        made_up.end("finished")
    return Run(capsys, monkeypatch)


def people(run: Run) -> list[tuple[int, int, str | None, list[int]]]:
    return [(one["source"], one["person"], one["name"], one["tracks"]) for one in json.loads(run("list", "--json"))]


def test_naming_joining_parting_and_taking_it_back(run: Run) -> None:
    assert people(run) == [(1, 1, None, [1]), (1, 2, None, [2]), (2, 1, None, [1])]
    assert "person 2 is called Ann" in run("name", "2", "Ann")
    assert "Ann and person 1 are one person" in run("merge", "1", "Ann", "--source", "1")
    assert people(run)[0] == (1, 1, "Ann", [1, 2])
    assert "track 2 of Ann became another person" in run("split", "Ann", "--track", "2")
    assert people(run)[:2] == [(1, 1, "Ann", [1]), (1, 2, None, [2])]
    assert "track 2 of person 2 became Ann's" in run("move", "2", "Ann", "--source", "1")
    assert people(run)[0] == (1, 1, "Ann", [1, 2])
    for _ in range(4):
        assert "Undone: " in run("undo")
    assert people(run) == [(1, 1, None, [1]), (1, 2, None, [2]), (2, 1, None, [1])]
    assert "no edit of people to undo" in run("undo")


def test_leaving_somebody_out(run: Run) -> None:
    assert "person 2 is left out of all shares" in run("ignore", "2")
    assert "left out" in run("list")
    assert "person 2 is counted in all shares" in run("ignore", "2", "--no")


def test_splitting_from_a_moment_on(run: Run) -> None:
    run("merge", "1", "2", "--source", "1")
    assert "track 2 of person 1 became another person" in run("split", "1", "--at", "20", "--source", "1")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("name", "7", "Ann"), "there is no person '7'"),
        (("name", "1", "Ann"), "a person '1' in the sources 1, 2; say which with --source"),
        (("name", "2", "Eve"), "'Eve' is person 1 of this source already; choose another name, or join the two"),
        (("merge", "2", "2"), "cannot be joined with themselves"),
        (("merge", "2", "Zoe"), "people of two sources cannot be joined; give them the same name instead"),
        (("split", "2"), "--track, which may be repeated, or with --at"),
        (("split", "2", "--at", "1e6"), "cannot be split at 1e+06 s"),
        (("move", "9", "2"), "there is no track 9"),
    ],
)
def test_bad_input_gets_one_line(run: Run, words: tuple[str, ...], message: str) -> None:
    run("name", "1", "Eve", "--source", "1")
    run("name", "1", "Zoe", "--source", "2")
    (line,) = run(*words).splitlines()
    assert message in line


def test_joining_and_parting_changes_what_is_remembered(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_PEOPLE", '{"remember": true}')
    with Store("emotion-monitor.db") as store:
        eye = np.eye(2, dtype=np.float32)
        Identities(store, store.session(1)).keep_vectors("model 1", {(1, 1): eye[0], (1, 2): eye[1]})
    looks = []
    for words in (("name", "1", "Ann", "--source", "1"), ("merge", "Ann", "2"), ("split", "Ann", "--track", "1")):
        run(*words)
        with Store("emotion-monitor.db") as store:
            looks.append(remembered(store)["Ann"]["model 1"])
    np.testing.assert_allclose(looks, [[1, 0], [0.5**0.5, 0.5**0.5], [0, 1]], atol=1e-6)


def test_all_tracks_are_compared_once_more(run: Run) -> None:
    (line,) = run("cluster").splitlines()
    assert "it is not known how its people look" in line
    with Store("emotion-monitor.db") as store:
        looks = np.array([1, 0], np.float32)
        Identities(store, store.session(1)).keep_vectors("model 1", dict.fromkeys([(1, 1), (1, 2), (2, 1)], looks))
    assert run("cluster") == "3 people\n", "both of the file are seen at once"


def test_forgetting_a_name_in_all_sessions(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_PEOPLE", '{"remember": true}')
    run("name", "2", "Ann")
    with Store("emotion-monitor.db") as store:
        identities = Identities(store, store.session(1))
        identities.keep_vectors("model 1", {(1, 2): np.array([1, 0], np.float32)})
    run("name", "2", "Ann Lee")
    assert run.of_all("remembered") == "Ann Lee  model 1\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert run.of_all("forget", "Ann Lee").endswith("monitor: nobody was forgotten\n")
    assert run.of_all("remembered") == "Ann Lee  model 1\n"
    assert "Ann Lee is forgotten; they had that name in 1 session." in run.of_all("forget", "Ann Lee", "--yes")
    assert people(run)[1] == (1, 2, None, [2])
    assert run.of_all("remembered") == ""
    assert "nobody is called 'Ann Lee'" in run.of_all("forget", "Ann Lee", "--yes")
