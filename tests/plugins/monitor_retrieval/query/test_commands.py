"""`monitor similar` and `monitor unusual` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from monitor_retrieval.index.moment_index import MomentIndex
from tests.plugins.monitor_retrieval.command_line import made_config, made_store, monitor
from tests.plugins.monitor_retrieval.conftest import LABELS, WEIGHTS, by_hand, quadrants

Output = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, made_model: Path, made_index: MomentIndex) -> Path:
    """A working directory with an index, its store and its model."""
    made_store(tmp_path / "made.db")
    made_config(tmp_path, made_model)
    return tmp_path


def found(output: Output) -> list[dict[str, Any]]:
    """The moments that a command has printed as JSON."""
    return json.loads(output.readouterr().out)["moments"]


def refusal(output: Output) -> str:
    """The one line of an error."""
    said = output.readouterr()
    (line,) = said.err.strip().splitlines()
    assert said.out == ""
    return line


def distance(hue: float, other: float) -> float:
    return float(1 - by_hand(quadrants(hue))[1] @ by_hand(quadrants(other))[1])


def test_moments_like_a_moment(folder: Path, capsys: Output) -> None:
    assert monitor("similar", "1@0:04", "--top", "4", "--min-gap", "2", "--json") == 0  # its hue is 15 * 8 = 120
    moments = found(capsys)
    expected = [(2, number / 2, distance(120, 30 * number)) for number in range(12)]
    expected += [(1, number / 2, distance(120, 15 * number)) for number in range(24)]
    kept: list[tuple[int, float, float]] = [(1, 4.0, 0.0)]
    for candidate in sorted(expected, key=lambda place: place[2]):
        if all(candidate[0] != other[0] or abs(candidate[1] - other[1]) >= 2 for other in kept):
            kept.append(candidate)
    assert [moment["distance"] for moment in moments] == pytest.approx([place[2] for place in kept[1:5]], abs=1e-4)
    assert (moments[0]["session"], moments[0]["name"], moments[0]["seconds"]) == (2, "evening", 2.0)
    assert set(moments[0]["scores"]) == set(LABELS)


def test_moments_like_a_picture(folder: Path, capsys: Output) -> None:
    Image.fromarray(quadrants(90)).save("green.png")
    assert monitor("similar", "green.png", "--json", "--top", "2", "--min-gap", "20") == 0
    first, second = found(capsys)
    assert {(first["session"], first["seconds"]), (second["session"], second["seconds"])} == {(1, 3.0), (2, 1.5)}
    assert (first["distance"], second["distance"]) == pytest.approx((0, 0), abs=1e-4)


def test_the_most_of_an_emotion(folder: Path, capsys: Output) -> None:
    label = LABELS[int(WEIGHTS.sum(axis=0).argmax())]
    assert monitor("similar", label, "--json", "--session", "evening", "--top", "1") == 0
    (moment,) = found(capsys)
    column = LABELS.index(label)
    shares = [by_hand(quadrants(30 * number))[0][column] for number in range(12)]
    assert (moment["session"], moment["seconds"]) == (2, np.argmax(shares) / 2)
    assert moment["scores"][label] == pytest.approx(max(shares), abs=0.01)


def test_one_library_alone(folder: Path, capsys: Output) -> None:
    assert monitor("similar", "2@1.5", "--library", "wheel", "--json", "--top", "2") == 0  # hue 90
    first, second = found(capsys)
    assert (first["file"], first["library"], first["session"]) == ("90.png", "wheel", None)
    assert first["distance"] < 1e-4 < second["distance"]


def test_the_table_tells_rank_place_distance_and_emotions(folder: Path, capsys: Output) -> None:
    assert monitor("similar", "1@4", "--session", "2", "--top", "1") == 0
    said = capsys.readouterr().out
    for words in ("Moments like session 1, morning.mp4 at 0:04", "2 · evening", "evening.mp4", "0:02", "0.000", "■ "):
        assert words in said


def test_unusual_moments_of_a_session(folder: Path, capsys: Output) -> None:
    assert monitor("unusual", "morning", "--json", "--top", "2", "--min-gap", "3") == 0
    assert [(moment["seconds"], moment["novelty"]) for moment in found(capsys)] == [
        (11.5, pytest.approx(0.23)),
        (8.5, pytest.approx(0.17)),
    ]


def test_a_session_without_novelty_has_no_unusual_moments(folder: Path, capsys: Output) -> None:
    assert monitor("unusual", "2") == 0
    assert capsys.readouterr().out == "Unusual moments of session 2: nothing was found.\n"


def test_the_contact_sheet_is_written_beside_the_table(folder: Path, capsys: Output) -> None:
    assert monitor("similar", "1@4", "--top", "3", "--min-gap", "1", "--html", "sheet.html") == 0
    said = capsys.readouterr()
    assert "Contact sheet written to sheet.html" in said.err
    assert "Moments like session 1" in said.out
    assert Path("sheet.html").read_text(encoding="utf-8").count("data:image/jpeg;base64,") == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["similar", "nowhere.png"], "picture nowhere.png does not exist"),
        (["similar", "config.toml"], "picture config.toml cannot be read: it is damaged, or no picture"),
        (["similar", "9@1:00"], "no session '9' in store made.db"),
        (["similar", "1@1:00"], "session 1 was sampled from 0.0 s to 11.5 s, not at 60.0 s"),
        (["similar", "1@4", "--source", "noon.mp4"], "unknown source of session 1 'noon.mp4'"),
        (["similar", "anger", "--source", "noon.mp4"], "--source goes with a moment"),
        (["similar", "sadnes"], "unknown emotion 'sadnes'; did you mean 'sadness'?"),
        (["similar", "1@4", "--session", "9"], "no session '9' in store made.db"),
        (["similar", "1@4", "--library", "weel"], "unknown library 'weel'; did you mean 'wheel'?"),
        (["similar", "1@4", "--library", "wheel", "--session", "1"], "over a session or over a library, not over both"),
        (["similar", "1@4", "--html", "no/such/folder.html"], "no/such/folder.html cannot be written"),
        (["unusual", "noon"], "no session 'noon' in store made.db"),
    ],
)
def test_bad_input_is_one_line(folder: Path, capsys: Output, arguments: list[str], message: str) -> None:
    assert monitor(*arguments) == 2
    assert message in refusal(capsys)


def test_a_session_that_was_recorded_without_moments_is_named(folder: Path, capsys: Output) -> None:
    MomentIndex(folder / "made.moments").remove(session=2)
    assert monitor("similar", "anger", "--session", "2") == 2
    assert "session 2 has no moments in made.moments, which has those of: 1" in refusal(capsys)


def test_an_empty_index_says_how_to_fill_it(folder: Path, capsys: Output) -> None:
    index = MomentIndex(folder / "made.moments")
    for session in index.sessions():
        index.remove(session=session)
    assert monitor("similar", "anger") == 2
    assert "holds no moments of any session; `monitor run VIDEO --analyzers affective-retrieval`" in refusal(capsys)


def test_without_an_index_the_error_says_what_makes_one(folder: Path, capsys: Output) -> None:
    assert monitor("similar", "anger", "--store", "other.db") == 2
    assert "there is no index of moments in other.moments yet; `monitor run --analyzers" in refusal(capsys)


def test_vectors_of_another_model_are_not_compared(folder: Path, other_model: Path, capsys: Output) -> None:
    made_config(folder, other_model)
    Image.fromarray(quadrants(90)).save("green.png")
    assert monitor("similar", "green.png") == 2
    assert "`monitor library rebuild`" in refusal(capsys)
    assert monitor("similar", "1@4", "--top", "1") == 0  # its vector is in the index: no model is needed
