"""The commands of the face models as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest
import typer
from typer.testing import CliRunner

from monitor import cli
from monitor.model.artifact import Artifact
from monitor_face.expression.analyzer import SHIPPED
from monitor_train.face import ablation as face_ablation
from monitor_train.face import explain as face_explain
from monitor_train.face import expression as face_expression
from monitor_train.face import fusion as face_fusion
from monitor_train.face.settings import Settings
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.settings import Run
from tests.trainers.monitor_train.command_line import Spy, interrupted, run

pytestmark = pytest.mark.usefixtures("tiny")

COMMANDS = [
    ("train", "face-expression"),
    ("train", "face-fusion"),
    ("evaluate", "face-expression"),
    ("evaluate", "face-fusion"),
    ("explain", "face-fusion"),
]


@pytest.mark.parametrize(("group", "name"), COMMANDS)
def test_every_command_explains_itself(app: typer.Typer, group: str, name: str) -> None:
    """A sentence of its own, and a word about every option."""
    lines = run(app, group, name, "--help").output
    assert f"{group} {name}" in lines
    assert name in run(app, group, "--help").output


def test_only_the_fusion_can_be_explained(app: typer.Typer) -> None:
    assert CliRunner().invoke(app, ["explain", "face-expression", "face.png"]).exit_code == 2


@pytest.mark.parametrize("name", ["face-expression", "face-fusion"])
def test_the_shipped_model_is_measured_where_none_is_named(
    app: typer.Typer, easy_ferplus: Path, tmp_path: Path, name: str
) -> None:
    result = run(app, "evaluate", name, "--data", easy_ferplus, "--json", "--figure", tmp_path / "confusion.png")
    assert result.stdout.startswith("{")
    figures = json.loads(result.stdout)
    shipped = Artifact.read(SHIPPED).manifest
    assert figures["model"] == f"{shipped.name} {shipped.version}"
    assert figures["pictures"] == 20
    assert "robustness" not in figures
    assert cv2.imread(str(tmp_path / "confusion.png")) is not None


def test_figures_are_printed_as_tables(app: typer.Typer, easy_ferplus: Path) -> None:
    result = run(app, "evaluate", "face-expression", "--data", easy_ferplus)
    assert "average_recall" in result.output
    assert "pictures by truth and guess" in result.output


def test_the_options_reach_the_trainer_of_the_image_branch(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = Spy(SHIPPED)
    monkeypatch.setattr(face_expression, "train", train)
    arguments = ["--data", tmp_path, "--out", interrupted(tmp_path / "out"), "--format", "rafdb", "--profile", "paper"]
    arguments += ["--epochs", 7, "--minutes", 2.5, "--batch-size", 32, "--learning-rate", 0.2, "--seed", 5]
    result = run(app, "train", "face-expression", *arguments, "--imagenet", "--start", "a.ckpt", "--resume")
    source = FaceSet(tmp_path, "rafdb", tmp_path / "out" / "cache")
    settings = Settings(profile="paper", epochs=7, minutes=2.5, batch_size=32, learning_rate=0.2, seed=5, imagenet=True)
    assert train.calls == [((source, settings, Run(tmp_path / "out", resume=True), Path("a.ckpt")), {})]
    assert f"artifact: {SHIPPED}" in result.output


class Steps(list[tuple[str, dict[str, Any]]]):
    """What `monitor train face-fusion` calls, in order, with what."""

    def named(self) -> list[str]:
        return [name for name, _ in self]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Instead of training."""
    steps = Steps()

    def fit(source: FaceSet, settings: Settings, run: Run) -> Path:
        steps.append(("image", {"source": source, "settings": settings, "run": run}))
        return run.out / "best.ckpt"

    def train(source: FaceSet, image: Path, settings: face_fusion.Settings, run: Run) -> Path:
        steps.append(("fusion", {"source": source, "image": image, "settings": settings, "run": run}))
        return SHIPPED

    def ablation(source: FaceSet, image: Path, settings: face_fusion.Settings, run: Run) -> None:
        steps.append(("ablation", {"source": source, "image": image, "settings": settings, "run": run}))
        run.out.mkdir(parents=True, exist_ok=True)
        (run.out / "ablation.md").write_text("| the tables |")

    monkeypatch.setattr(face_expression, "fit", fit)
    monkeypatch.setattr(face_fusion, "train", train)
    monkeypatch.setattr(face_ablation, "ablation", ablation)
    return steps


def test_the_fusion_trains_its_image_branch_first(app: typer.Typer, tmp_path: Path, steps: Steps) -> None:
    arguments = ["--data", tmp_path, "--out", tmp_path / "out", "--format", "folders", "--epochs", 3]
    arguments += ["--image-epochs", 9, "--minutes", 60, "--seed", 4, "--accelerator", "cpu"]
    result = run(app, "train", "face-fusion", *arguments)
    source = FaceSet(tmp_path, "folders", tmp_path / "out" / "cache")
    out = tmp_path / "out"
    assert steps == [
        (
            "image",
            {
                "source": source,
                "settings": Settings(profile="compact", epochs=9, minutes=60.0, seed=4),
                "run": Run(out / "image", accelerator="cpu"),
            },
        ),
        (
            "fusion",
            {
                "source": source,
                "image": out / "image" / "best.ckpt",
                "settings": face_fusion.Settings(profile="compact", epochs=3, seed=4),
                "run": Run(out, accelerator="cpu"),
            },
        ),
    ]
    assert f"artifact: {SHIPPED}" in result.output


def test_a_trained_image_branch_is_taken_as_it_is(app: typer.Typer, tmp_path: Path, steps: Steps) -> None:
    out = interrupted(tmp_path / "out")
    run(app, "train", "face-fusion", "--data", tmp_path, "--out", out, "--image", "i.ckpt", "--resume")
    assert steps.named() == ["fusion"]
    assert steps[0][1]["image"] == Path("i.ckpt")
    assert steps[0][1]["run"].resume


def test_a_run_stopped_before_the_fusion_began_goes_on_there(app: typer.Typer, tmp_path: Path, steps: Steps) -> None:
    interrupted(tmp_path / "image")
    run(app, "train", "face-fusion", "--data", tmp_path, "--out", tmp_path, "--resume")
    assert [(name, options["run"].resume) for name, options in steps] == [("image", True), ("fusion", False)]


def test_once_the_fusion_has_begun_its_image_branch_stays(app: typer.Typer, tmp_path: Path, steps: Steps) -> None:
    """A run that ended early would otherwise go on for another epoch, and be another image branch."""
    interrupted(tmp_path)
    run(app, "train", "face-fusion", "--data", tmp_path, "--out", tmp_path, "--resume")
    assert steps.named() == ["fusion"]
    assert steps[0][1]["image"] == tmp_path / "image" / "best.ckpt"
    assert steps[0][1]["run"].resume


def test_the_ablation_prints_its_tables(app: typer.Typer, tmp_path: Path, steps: Steps) -> None:
    arguments = ["--data", tmp_path, "--out", tmp_path / "out", "--image", "i.ckpt", "--profile", "paper"]
    result = run(app, "ablation", "face-fusion", *arguments)
    assert steps.named() == ["ablation"]
    assert steps[0][1]["run"] == Run(tmp_path / "out")
    assert steps[0][1]["settings"] == face_fusion.Settings(profile="paper", keep_image=False)
    assert "| the tables |" in result.output


def test_the_options_reach_the_explanation(app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    monkeypatch.setattr(face_explain, "explain", lambda *given: called.append(given) or [])
    monkeypatch.setattr(face_explain, "explanation_figure", lambda *given: called.append(given))
    run(app, "explain", "face-fusion", "face.png")
    run(app, "explain", "face-fusion", "face.png", "-o", "why.png", "--artifact", tmp_path)
    assert called == [
        (Path("face.png"), SHIPPED),
        ([], Path("explanation.png")),
        (Path("face.png"), tmp_path),
        ([], Path("why.png")),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("evaluate face-fusion --data .", r"fer2013new.csv is missing; --data must name the unpacked FER+ folder"),
        ("evaluate face-fusion --data . --artifact .", "manifest.json is missing: . is not a model artifact"),
        (
            "train face-expression --data . --out o --format folders",
            ". needs a folder for each of at least two classes",
        ),
        (
            "train face-expression --data {portraits} --out o --format folders --start i.ckpt",
            "i.ckpt is not a checkpoint",
        ),
        ("train face-expression --data {portraits} --out o --format folders --resume", "o/last.ckpt is missing"),
        ("train face-fusion --data . --out o --resume", "o/image/last.ckpt is missing"),
        ("train face-fusion --data . --out o --image i.ckpt --resume", "o/last.ckpt is missing"),
        ("train face-fusion --data {portraits} --out o --format folders --image i.ckpt", "i.ckpt is not a checkpoint"),
        ("train face-fusion --data {portraits} --out o --format folders --image {tiny}", "is of the profile tiny, not"),
        ("ablation face-fusion --data . --out o --image i.ckpt", "i.ckpt is not a checkpoint"),
        ("explain face-fusion missing.png --artifact .", "manifest.json is missing: . is not a model artifact"),
        ("train face-fusion --data . --out o --profile huge", "'huge' is not one of 'compact', 'paper'"),
        (
            "train face-fusion --data . --out o --format fer",
            "'fer' is not one of 'ferplus', 'rafdb', 'sfew', 'folders', 'crowd'",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    portraits: Path,
    image_branch: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    message: str,
) -> None:
    line = words.format(portraits=portraits, tiny=image_branch)
    monkeypatch.setattr(sys, "argv", ["monitor", *line.split()])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    written = capsys.readouterr()
    assert written.err.startswith("monitor: error: ")
    assert written.err.count("\n") == 1
    assert message in written.err
    assert not written.out


def test_importing_the_trainers_brings_in_no_torch() -> None:
    code = (
        "import sys, monitor_train.face.commands, monitor.plugin.registry; monitor.plugin.registry.Plugins().trainers; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'lightning', 'sklearn', 'mediapipe', 'cv2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
