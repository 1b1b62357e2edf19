from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from monitor.commands.plugins import (
    declared_measures,
    facts,
    list_plugins,
    new_plugin,
    print_measures,
    print_table,
)
from monitor.errors import ConfigError
from monitor.plugin.registry import Plugins
from monitor.settings import load_settings

SINK = """
from monitor.plugin import hookimpl

@hookimpl
def register_sinks(register):
    register("gutter", dict)
    register("drain", dict)
"""


def listed(capsys) -> dict[str, dict]:
    list_plugins(json=True)
    return {plugin["name"]: plugin for plugin in json.loads(capsys.readouterr().out)}


def test_the_list_shows_name_version_package_hooks_and_registrations(make_plugin, capsys):
    make_plugin("plumbing", SINK, distribution="pipes-and-more")
    plugins = listed(capsys)
    assert plugins["plumbing"] == {
        "name": "plumbing",
        "version": "0.9",
        "distribution": "pipes-and-more",
        "disabled": False,
        "hooks": ["register_sinks"],
        "registers": {"sinks": ["gutter", "drain"]},
    }
    assert next(iter(plugins)) == "monitor"
    assert plugins["monitor"]["registers"]["runtimes"] == ["tensorrt", "onnxruntime-cuda", "openvino", "onnxruntime"]
    assert {"face", "train", "dashboard"} < set(plugins)


def test_a_plugin_that_config_toml_disables_is_shown_as_disabled(make_plugin, capsys):
    make_plugin("plumbing", "raise RuntimeError('imported')")
    with Plugins(["plumbing"]).in_use():
        plumbing = listed(capsys)["plumbing"]
        assert (plumbing["disabled"], plumbing["hooks"], plumbing["registers"]) == (True, [], {})
        list_plugins()
    [row] = [line for line in capsys.readouterr().out.splitlines() if "plumbing" in line]
    assert "disabled in config.toml" in row


def test_the_table_says_what_each_registers(make_plugin, capsys):
    make_plugin("plumbing", SINK)
    make_plugin("idle", "")
    plugins = [plugin for plugin in Plugins().all() if plugin.name in ("plumbing", "idle")]
    print_table(plugins)
    rows = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "monitor-" in line}
    assert "sinks: gutter, drain" in rows["plumbing"]
    assert "nothing" in rows["idle"]
    assert facts(plugins[0])["registers"] == {}


THERMOMETER = """
from monitor.plugin import Measure, hookimpl

class Thermometer:
    name = "thermometer"
    labels = ()
    measures = (Measure("warmth", "degrees", -40.0, float("inf"), "How warm the picture looks."),)
    needs_faces = False

    def analyze(self, samples):
        return [[] for _ in samples]

    def close(self):
        pass

def broken():
    raise OSError("no model")

@hookimpl
def register_analyzers(register):
    register("thermometer", Thermometer)
    register("broken-thermometer", broken)
"""


def test_measures_are_shown_with_unit_range_and_meaning(make_plugin, capsys, caplog):
    make_plugin("weather", THERMOMETER)
    settings = load_settings()
    plugins = Plugins()
    for name in set(plugins.analyzers) - {"thermometer", "broken-thermometer"}:
        del plugins.analyzers[name]
    rows = declared_measures(plugins, settings)
    print_measures(rows, json=True)
    [row] = json.loads(capsys.readouterr().out)
    assert row == {
        "analyzer": "thermometer",
        "measure": "warmth",
        "unit": "degrees",
        "low": -40.0,
        "high": None,
        "meaning": "How warm the picture looks.",
        "doubt": "",
    }
    print_measures(rows, json=False)
    assert "-40 to inf" in capsys.readouterr().out
    assert "broken-thermometer is left out" in caplog.text


def test_the_command_line_reaches_both(tmp_path):
    def monitor(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "monitor", *arguments], capture_output=True, text=True)

    result = monitor("plugins", "list", "--json")
    assert result.returncode == 0, result.stderr
    assert "face" in [plugin["name"] for plugin in json.loads(result.stdout)]
    assert monitor("plugins", "new", "sun", "--into", "mine").returncode == 0
    again = monitor("plugins", "new", "sun", "--into", "mine")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == (
        "monitor: error: mine/monitor-sun exists already; choose another name, or another folder with --into\n"
    )


def test_a_new_plugin_installs_passes_its_test_and_runs(tmp_path, pip_install, python_with, capsys):
    new_plugin("night-mood", into=tmp_path)
    folder = tmp_path / "monitor-night-mood"
    assert str(folder) in capsys.readouterr().out
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "README.md",
        "monitor_night_mood/__init__.py",
        "monitor_night_mood/analyzer.py",
        "pyproject.toml",
        "tests/test_monitor_night_mood.py",
    ]
    assert not [path for path in folder.rglob("*") if path.is_file() and "${" in path.read_text()]

    site = pip_install(folder)
    tested = python_with(site, "-m", "pytest", "-q", "-W", "error", "--import-mode=importlib", folder / "tests")
    assert "3 passed" in tested.stdout, tested.stdout + tested.stderr

    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, grey in (("a", 255), ("b", 255), ("c", 0)):
        Image.fromarray(np.full((48, 64, 3), grey, np.uint8)).save(pictures / f"{name}.png")
    run = python_with(site, "-m", "monitor", "run", pictures, "--analyzers", "night-mood", "--json", "--no-dashboard")
    assert run.returncode == 0, run.stderr
    [shares] = json.loads(run.stdout)["sources"][0]["shares"]["night-mood"].values()
    bright = 1 / (1 + np.exp(-4))  # contrast 8, half a step above the middle
    assert shares["positive"] == pytest.approx((2 * bright + (1 - bright)) / 3, abs=1e-5)


@pytest.mark.parametrize("name", ["", "Night", "night mood", "night_mood", "../up", "9lives", "-x", "x-", "nächte"])
def test_a_name_that_would_not_make_a_package_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="use lower-case letters and digits"):
        new_plugin(name, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["face", "monitor-face", "monitor"])
def test_a_name_that_is_taken_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match=r"is taken by emotion-monitor; choose another"):
        new_plugin(name, into=tmp_path)


def test_the_name_of_somebodys_analyzer_is_taken_too(tmp_path, make_plugin):
    make_plugin("calm-pack", SINK.replace("sinks", "analyzers"))
    with pytest.raises(ConfigError, match="'drain' is taken by monitor-calm-pack"):
        new_plugin("drain", into=tmp_path)


def test_nothing_that_exists_is_overwritten(tmp_path):
    folder = tmp_path / "monitor-sun"
    folder.mkdir()
    (folder / "precious.txt").write_text("mine")
    with pytest.raises(ConfigError, match="exists already"):
        new_plugin("sun", into=tmp_path)
    assert [path.name for path in folder.iterdir()] == ["precious.txt"]


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="monitor-sun cannot be written: Not a directory"):
        new_plugin("sun", into=tmp_path / "file")
