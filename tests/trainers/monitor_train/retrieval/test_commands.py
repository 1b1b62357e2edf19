"""The commands of affective retrieval as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from monitor.errors import ArtifactError
from monitor_train.pictures.settings import Run, from_profile
from monitor_train.retrieval import affective, comparison
from monitor_train.retrieval import evaluate as retrieval_evaluate
from monitor_train.retrieval.commands import Feelings
from monitor_train.retrieval.comparison import FIGURES
from monitor_train.retrieval.profile import PROFILES
from monitor_train.retrieval.readouts import READOUTS
from tests.plugins.monitor_scene.conftest import write_brightness
from tests.trainers.monitor_train.command_line import Spy, interrupted, run

OWN = ("--data", "d", "--format", "artphoto")
SOURCE = Feelings(Path("d"), "artphoto")


@pytest.mark.parametrize(
    ("group", "name"),
    [("train", "affective-retrieval"), ("evaluate", "affective-retrieval"), ("ablation", "affective-retrieval")],
)
def test_every_command_explains_itself(app: typer.Typer, group: str, name: str) -> None:
    assert f"{group} {name}" in run(app, group, name, "--help").output


def test_options_reach_the_training(app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = Spy(write_brightness(tmp_path / "artifact", metrics={"map": 0.8125}))
    monkeypatch.setattr(affective, "train", train)
    words = "--profile paper --metric triplet --omega 0.25 --miner hard --channels 9 --init random --seed 4 --resume"
    more = "--convention tensorflow --epochs 3 --minutes 7 --batch-size 80 --learning-rate 0.5 --accelerator cpu"
    more += " --teacher one --teacher other"
    result = run(
        app, "train", "affective-retrieval", *OWN, "--out", interrupted(Path("o")), *words.split(), *more.split()
    )
    assert "0.8125" in result.output
    expected = from_profile(
        PROFILES,
        "paper",
        metric="triplet",
        omega=0.25,
        miner="hard",
        channels=9,
        teachers=("one", "other"),
        init="random",
        convention="tensorflow",
        epochs=3,
        minutes=7.0,
        batch_size=80,
        learning_rate=0.5,
        seed=4,
    )
    assert train.calls == [((SOURCE, expected, Run(Path("o"), resume=True, accelerator="cpu")), {})]


def test_options_reach_the_evaluation(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = Spy({"model": "m", "map": 0.625, "against": {"map": 0.125}})
    monkeypatch.setattr(retrieval_evaluate, "evaluate", evaluate)
    words = "--artifact a --against b --features w --convention tensorflow --tsne t.png"
    assert "against.map" in run(app, "evaluate", "affective-retrieval", *OWN, *words.split()).output
    result = run(app, "evaluate", "affective-retrieval", *OWN, "--artifact", "a", "--runtime", "onnxruntime", "--json")
    assert json.loads(result.output) == evaluate.answer
    assert [arguments for arguments, _ in evaluate.calls] == [
        (Path("a"), SOURCE, Path("b"), "w", "tensorflow", Path("t.png"), "auto"),
        (Path("a"), SOURCE, None, None, "torchvision", None, "onnxruntime"),
    ]


def test_a_model_that_is_not_there_is_named(app: typer.Typer, feelings: Path, tmp_path: Path) -> None:
    words = ("--data", feelings, "--format", "folders", "--artifact", tmp_path / "nowhere")
    with pytest.raises(ArtifactError, match=r"nowhere/manifest\.json is missing"):
        run(app, "evaluate", "affective-retrieval", *words)


def test_an_unknown_format_is_refused(app: typer.Typer) -> None:
    words = ["train", "affective-retrieval", "--data", "d", "--format", "oasis", "--out", "o"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "artphoto" in result.output


def test_the_comparison_prints_the_rows(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    row = dict.fromkeys(FIGURES, 0.5) | {f"{name}_interval": [0.25, 0.75] for name in FIGURES}
    names = tuple(f"softmax, {each}" for each in READOUTS)
    compare = Spy({"rows": dict.fromkeys(names, row), "gains": {names[0]: row}})
    monkeypatch.setattr(comparison, "compare", compare)
    words = "--channels 12 --also-channels 4 --also-channels 8 --omega 0.75 --accelerator cpu"
    result = run(app, "ablation", "affective-retrieval", *OWN, "--out", "o", *words.split())
    assert "gain over" in result.output
    expected = from_profile(PROFILES, "compact", channels=12, omega=0.75, miner="semihard")
    assert compare.calls == [((SOURCE, expected, Run(Path("o"), accelerator="cpu"), [4, 8]), {})]
