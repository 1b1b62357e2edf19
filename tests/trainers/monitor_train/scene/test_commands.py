"""The commands of scenes and their teachers as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer

from monitor.errors import ConfigError
from monitor_train.pictures.settings import PictureSettings, Run, from_profile
from monitor_train.pictures.splits import DataSet
from monitor_train.scene import comparison as scene_comparison
from monitor_train.scene import sentiment as scene_sentiment
from monitor_train.scene.anp import bank, bank_network, region_table
from monitor_train.scene.anp import choice as anp_choice
from monitor_train.scene.anp import teacher as anp_teacher
from monitor_train.scene.anp.options import Choice, Scenes
from monitor_train.scene.data import is_positive, read
from monitor_train.scene.probability_table import write_table
from monitor_train.scene.profile import PROFILES, Settings
from tests.plugins.monitor_scene.conftest import write_brightness
from tests.trainers.monitor_train.command_line import Spy, interrupted, run
from tests.trainers.monitor_train.made_scenes import write_scenes

TRAINERS = ("scene-sentiment", "anp-bank", "anp-teacher")
OTHERS = (("evaluate", "scene-sentiment"), ("ablation", "scene-sentiment"), ("anp", "regions"))


@pytest.mark.parametrize(("group", "name"), [*(("train", name) for name in TRAINERS), *OTHERS])
def test_every_command_explains_itself(app: typer.Typer, group: str, name: str) -> None:
    assert f"{group} {name}" in run(app, group, name, "--help").output


def test_options_reach_the_student(app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = Spy(write_brightness(tmp_path / "artifact", metrics={"accuracy": 0.8125}))
    monkeypatch.setattr(scene_sentiment, "train", train)
    words = "--profile paper --alpha 0.5 --teacher t.parquet --init random --convention tensorflow --epochs 3"
    result = run(
        app,
        "train",
        "scene-sentiment",
        "--data",
        "d",
        "--format",
        "fi",
        "--out",
        interrupted(Path("o")),
        *words.split(),
        "--learning-rate",
        0.1,
        "--resume",
    )
    assert "0.8125" in result.output
    (arguments, named), *_ = train.calls
    expected = from_profile(
        PROFILES, "paper", alpha=0.5, init="random", convention="tensorflow", epochs=3, learning_rate=0.1
    )
    assert arguments == (Scenes(Path("d"), "fi"), expected, Run(Path("o"), resume=True), Path("t.parquet"))
    assert named == {}


def test_options_reach_the_steps_of_the_teacher(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linear, network, chosen, describe, teach = (
        Spy({"a": 0.5}),
        Spy({"a": 0.5}),
        Spy("describer"),
        Spy(7),
        Spy({"a": 0.5}),
    )
    monkeypatch.setattr(bank, "train_linear", linear)
    monkeypatch.setattr(bank_network, "train_bank_network", network)
    monkeypatch.setattr(anp_choice, "region_describer", chosen)
    monkeypatch.setattr(region_table, "describe_regions", describe)
    monkeypatch.setattr(anp_teacher, "train", teach)
    own = ("--data", "d", "--out", "o")
    run(app, "train", "anp-bank", *own, "--format", "fi", "--init", "w")
    assert linear.calls == [((DataSet(Path("d"), "fi"), Path("o"), "w", "torchvision"), {})]
    run(app, "train", "anp-bank", *own, "--head", "network", "--epochs", 2)
    assert network.calls == [((Path("d"), PictureSettings(epochs=2), Run(Path("o"))), {})]
    words = (
        "--segmenter file --regions r --detector bank --vocabulary v --bank b --saliency fine --clip c --clip-weights x"
    )
    result = run(app, "anp", "regions", *own, "--format", "fi", *words.split(), "--init", "w")
    assert "7 regions" in result.output
    choice = Choice("file", Path("r"), "bank", Path("v"), Path("b"), "fine", "c", "x", "w", "torchvision")
    assert chosen.calls == [((choice, Path("o")), {})]
    assert describe.calls == [((Scenes(Path("d"), "fi"), "describer", Path("o")), {})]
    run(app, "train", "anp-teacher", *own, "--format", "fi", "--regions", "r", "--epochs", 2)
    assert teach.calls == [((Scenes(Path("d"), "fi"), Path("r"), Path("o"), anp_teacher.Settings(epochs=2)), {})]


def test_a_network_that_would_see_what_it_teaches_is_refused(app: typer.Typer) -> None:
    with pytest.raises(ConfigError, match="--head network with --format fi would see the labels"):
        run(app, "train", "anp-bank", "--data", "d", "--out", "o", "--format", "fi", "--head", "network")


def test_the_comparison_prints_the_rows(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = dict.fromkeys(scene_comparison.FIGURES, 0.5) | {
        f"{name}_interval": [0.25, 0.75] for name in scene_comparison.FIGURES
    }
    rows = {"network alone": figures, "teacher alone": figures, "distilled": figures | {"against": figures}}
    compare = Spy(rows)
    monkeypatch.setattr(scene_comparison, "compare", compare)
    words = "--segmenter salient --detector bank --alpha 2 --epochs 4 --seed 3 --accelerator cpu"
    result = run(app, "ablation", "scene-sentiment", "--data", "d", "--format", "fi", "--out", "o", *words.split())
    assert "gain over alone" in result.output
    (arguments, _), *_ = compare.calls
    assert arguments == (
        Scenes(Path("d"), "fi"),
        Choice("salient", detector="bank"),
        anp_teacher.Settings(seed=3),
        Settings(alpha=2.0, epochs=4, seed=3),
        Run(Path("o"), accelerator="cpu"),
    )


def test_models_and_tables_are_measured_and_compared(app: typer.Typer, tmp_path: Path) -> None:
    data = write_scenes(tmp_path / "scenes", ("positive", "negative"), 20)
    test = read(DataSet(data, "folders"))["test"]
    write_table(tmp_path / "said.parquet", test.names, np.where(is_positive(test), 0.9, 0.4))
    artifact = write_brightness(tmp_path / "artifact", size=32)
    words = ("--data", data, "--format", "folders", "--artifact", artifact, "--against", tmp_path / "said.parquet")
    figures = json.loads(run(app, "evaluate", "scene-sentiment", *words, "--json").stdout)
    assert figures["model"] == "brightness 1"
    assert figures["against"]["model"] == "said.parquet"
    printed = run(app, "evaluate", "scene-sentiment", *words).output
    assert "pictures by truth and guess" in printed
    assert "against.accuracy" in printed


def test_every_format_has_its_terms() -> None:
    from monitor_train.pictures import layouts
    from monitor_train.pictures.terms import TERMS
    from monitor_train.retrieval import layouts as retrieval_layouts

    assert set(TERMS) == {*layouts.LAYOUTS, *retrieval_layouts.LAYOUTS}
