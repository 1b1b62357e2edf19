"""Groups of options: the fields of dataclasses, and profiles that a command changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import typer

from monitor_train.pictures.options import Given, changes, command, profile_options
from monitor_train.pictures.settings import Run, TrainingSettings
from tests.trainers.monitor_train.command_line import interrupted, run


@dataclass(frozen=True, kw_only=True)
class Settings(TrainingSettings):
    """Another default of an option that stays as it is, one of its own, and a field that is no option."""

    epochs: int = 7
    sharpness: Annotated[float, typer.Option(help="How sharp.")] = 2.0
    hidden: int = 3


PROFILES = {"compact": Settings(), "paper": Settings(epochs=9, hidden=4)}


@pytest.fixture
def called() -> list[object]:
    return []


@pytest.fixture
def app(called: list[object]) -> typer.Typer:
    """`one` takes settings and a run, `other` what is given."""

    @command(settings=profile_options(PROFILES, "Two sizes.", but=("seed",)), run=Run)
    def one(settings: Settings, run: Run) -> None:
        """Both."""
        called.extend((settings, run))

    @command(given=changes(PROFILES))
    def other(given: Given) -> None:
        """What is given."""
        called.append(given)

    app = typer.Typer()
    app.command()(one)
    app.command()(other)
    return app


def test_a_profile_is_changed_by_what_is_given(app: typer.Typer, called: list[object]) -> None:
    run(app, "one", "--out", interrupted(Path("o")), "--profile", "paper", "--sharpness", 3, "--resume")
    assert called == [Settings(epochs=9, hidden=4, sharpness=3.0), Run(Path("o"), resume=True)]
    run(app, "one", "--out", "o", "--epochs", 5)
    assert called[2:] == [Settings(epochs=5), Run(Path("o"))]


def test_nothing_is_given_where_profiles_differ(app: typer.Typer, called: list[object]) -> None:
    run(app, "other", "--seed", 4)
    assert called == [
        {"epochs": None, "minutes": None, "batch_size": 64, "seed": 4, "learning_rate": 5e-4, "sharpness": 2.0}
    ]


def test_fields_without_an_option_and_those_left_out_are_none(app: typer.Typer) -> None:
    shown = " ".join(run(app, "one", "--help").output.split())
    assert all(option in shown for option in ("--epochs", "--sharpness", "--out", "--accelerator", "--profile"))
    assert "--hidden" not in shown
    assert "--seed" not in shown
    assert "(as the" in shown


def test_a_run_below_another_goes_on_where_it_was_begun(tmp_path: Path) -> None:
    whole = Run(tmp_path, accelerator="cpu")
    assert whole.at("a", "b") == Run(tmp_path / "a" / "b", accelerator="cpu")
    interrupted(tmp_path / "a")
    assert whole.at("a").resume
    assert whole.at("a").artifact == tmp_path / "a" / "artifact"
