"""What config.toml disables is gone from the command line; everything else stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]


@pytest.fixture
def refused(monitor: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> Refused:
    """A function that runs a command that has to fail; the line with which it does."""

    def run(*arguments: str | Path) -> str:
        assert monitor(*arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line

    return run


def disable(*plugins: str, file: str = "config.toml") -> None:
    """Write settings that disable them."""
    Path(file).write_text(f"[plugins]\ndisabled = {list(plugins)!r}\n")


def test_an_analyzer_of_a_disabled_plugin_is_unknown(refused: Refused, clip: Path) -> None:
    disable("scene")
    assert "unknown analyzer 'scene-sentiment'" in refused("run", clip, "--analyzers", "scene-sentiment")
    assert not Path("emotion-monitor.db").exists()


def test_another_analyzer_runs_on(monitor: Callable[..., int], clip: Path) -> None:
    disable("face", "retrieval", "train", "dashboard")
    assert monitor("run", clip, "--analyzers", "scene-sentiment", "--json") == 0


@pytest.mark.parametrize(
    ("plugin", "command", "missing"),
    [
        ("retrieval", ("similar", "awe"), "similar"),
        ("train", ("train", "face-fusion"), "face-fusion"),
        ("train", ("evaluate", "face-fusion"), "face-fusion"),
    ],
)
def test_a_command_of_a_disabled_plugin_is_not_there(
    refused: Refused, plugin: str, command: tuple[str, ...], missing: str
) -> None:
    disable(plugin)
    assert f"No such command '{missing}'" in refused(*command)


def test_without_its_plugin_an_analyzer_of_faces_is_unknown(refused: Refused, clip: Path) -> None:
    disable("face")
    assert "unknown analyzer 'face-fusion'" in refused("run", clip, "--analyzers", "face-fusion")


def test_a_plugin_that_is_not_installed_cannot_be_disabled(refused: Refused) -> None:
    disable("fase")
    assert "unknown plugin 'fase'; did you mean 'face'?" in refused("plugins", "list")


@pytest.fixture
def broken(make_plugin: Callable[..., None]) -> None:
    """A plugin, `broken`, that cannot be imported."""
    make_plugin("broken", "raise RuntimeError('out of order')")


@pytest.mark.usefixtures("broken")
def test_a_disabled_plugin_that_cannot_be_imported_stops_nothing(
    monitor: Callable[..., int], refused: Refused, clip: Path
) -> None:
    assert "plugin 'broken'" in refused("run", clip, "--json")
    disable("broken", "dashboard")
    assert monitor("run", clip, "--analyzers", "scene-sentiment,affective-retrieval", "--json") == 0
    assert monitor("similar", "latest@1") == 0


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--config", "other.toml", "plugins", "list"),
        ("--config=other.toml", "plugins", "list"),
        ("plugins", "list", "--config", "other.toml"),
        ("plugins", "list", "--config=other.toml"),
    ],
)
def test_the_file_given_with_config_disables_plugins_too(
    monitor: Callable[..., int], capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    disable("broken", file="other.toml")
    assert monitor(*arguments) == 0
    assert "disabled in config.toml" in capsys.readouterr().out


def test_a_settings_file_before_the_command_is_that_of_the_command(
    monitor: Callable[..., int], refused: Refused, clip: Path
) -> None:
    Path("other.toml").write_text('store = "other.db"\nanalyzers = ["scene-sentiment"]\n')
    assert monitor("--config", "other.toml", "run", clip, "--json") == 0
    assert Path("other.db").exists()
    assert monitor("--config", "other.toml", "sessions") == 0
    assert "does not exist" in refused("--config", "missing.toml", "sessions")


def test_without_its_plugin_there_is_no_dashboard(refused: Refused, clip: Path) -> None:
    disable("dashboard")
    assert "no plugin brings a dashboard" in refused("run", clip, "--dashboard")
    assert "No such command 'dashboard'" in refused("dashboard")


def test_without_a_default_analyzer_one_must_be_named(refused: Refused, clip: Path) -> None:
    disable("face")
    assert "no plugin brings an analyzer that runs by default; name one" in refused("run", clip)
