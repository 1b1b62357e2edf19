"""Everything that docs/plugins.md shows is true: its packages install, its hooks register, its settings are valid."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest
import typer

from monitor.cli import make_app
from monitor.model.artifact import Manifest
from monitor.model.runtimes import load
from monitor.plugin.registry import KINDS, Plugins
from monitor.sample import Frame, Observation, Sample
from monitor.settings import load_settings
from monitor.testing import check_analyzer

GUIDE = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, flags=re.DOTALL)
"""(language, text) of every block of code."""


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


def file(name: str) -> str:
    [text] = [text for _, text in BLOCKS if text.startswith(f"# file: {name}\n")]
    return text


def hook_example(kind: str) -> str:
    return re.search(rf"### register_{kind}\n.*?```python\n(.*?)```", GUIDE, flags=re.DOTALL)[1]


def test_no_block_escapes_these_tests():
    assert {language for language, _ in BLOCKS} == {"toml", "python", "json", "sh"}
    named = {name for text in blocks("python") for name in re.findall(r"\A# file: (\S+)", text)}
    assert named == {
        "monitor_smile.py",
        "test_smile.py",
        "light.py",
        "change.py",
        "test_measures.py",
        "scene.py",
    }
    assert len(blocks("python")) == len(named) + len(KINDS)


def test_the_ten_minute_example_installs_and_passes_its_own_test(tmp_path, pip_install, python_with):
    for name in ("pyproject.toml", "monitor_smile.py", "test_smile.py"):
        (tmp_path / name).write_text(file(name))
    site = pip_install(tmp_path)
    (tmp_path / "monitor_smile.py").unlink()  # what was installed is what is tested
    result = python_with(site, "-m", "pytest", "-q", "-W", "error", "test_smile.py")
    assert "2 passed" in result.stdout, result.stdout + result.stderr
    listed = python_with(site, "-m", "monitor", "plugins", "list", "--json")
    [smile] = [plugin for plugin in json.loads(listed.stdout) if plugin["name"] == "smile"]
    assert (smile["distribution"], smile["registers"]) == ("monitor-smile", {"analyzers": ["smile"]})


def test_the_examples_of_measures_pass_their_own_test(tmp_path, monkeypatch):
    for name in ("light.py", "change.py", "test_measures.py"):
        (tmp_path / name).write_text(file(name))
    monkeypatch.syspath_prepend(tmp_path)
    runpy.run_path("test_measures.py")["test_they_keep_the_contract"]()


@pytest.fixture
def example(make_plugin):
    """A function that loads the example of one hook as a plugin, and gives what it registers."""

    def registered(kind: str):
        make_plugin("example", hook_example(kind))
        plugins = Plugins()
        [registration] = [each for each in getattr(plugins, kind).values() if each.plugin == "example"]
        return registration

    return registered


def test_the_analyzer_keeps_the_contract(example):
    check_analyzer(example("analyzers").make())


def test_the_detector_finds_the_middle(example):
    [face] = example("face_detectors").make().detect(np.zeros((9, 9, 3), np.uint8))
    assert face.box == (0.25, 0.2, 0.75, 0.8)


def test_the_runtime_computes_what_the_others_do(example, artifact):
    batch = np.random.default_rng(1).uniform(0, 1, (1, 3, 8, 8)).astype(np.float32)
    expected = load(artifact, "onnxruntime").run(batch)
    np.testing.assert_allclose(example("runtimes").thing(artifact).run(batch), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["trainers", "commands"])
def test_what_becomes_a_command_can_be_called(example, kind):
    example(kind)
    command = typer.main.get_command(make_app(Plugins()))
    path = ["train", "tiny-scene"] if kind == "trainers" else ["size"]
    arguments = ["some-folder"] if kind == "trainers" else ["missing.png"]
    try:
        command([*path, *arguments], standalone_mode=False)
    except Exception as error:
        assert str(error) == "missing.png is not a picture that can be read"  # noqa: PT017
    else:
        assert kind == "trainers"


def test_the_sink_prints_what_it_is_told_to(example, capsys):
    sink = example("sinks").make({"label": "sadness"})
    sample = Sample(Frame(np.zeros((2, 2, 3), np.uint8), 1.5, 1, 3, source_name="clip.mp4"))
    seen = [Observation("x", 1, 1.5, None, {"sadness": p, "neutral": 1 - p}) for p in (0.9, 0.7)]
    sink.begin(7, load_settings(every_seconds=2))
    sink.write(sample, seen)
    sink.close()
    assert capsys.readouterr().out == "session 7 takes a sample every 2.0 s\nsadness in clip.mp4 at 1.5 s\n"


def test_the_page_draws(example, tmp_path, monkeypatch):
    from streamlit.testing.v1 import AppTest

    from monitor.store import Recorder, Store

    monkeypatch.setenv("MONITOR_STORE", str(tmp_path / "a.db"))
    with Store(tmp_path / "a.db", create=True) as store:
        Recorder(store, name="first", every_seconds=1, window_seconds=5, labels={}).finish("finished")
    page = example("pages").thing
    app = AppTest.from_function(page.draw).run(timeout=300)
    assert not app.exception
    assert app.title[0].value == page.title
    assert app.dataframe[0].value.to_dict("list") == {"session": ["first"], "state": ["finished"]}


def test_the_analyzer_with_a_model_keeps_the_contract(artifact, tmp_path):
    (tmp_path / "scene.py").write_text(file("scene.py"))
    scene = runpy.run_path(str(tmp_path / "scene.py"))  # the artifact lies beside it, where the example looks
    analyzer = scene["Scene"](scene["SceneOptions"]())
    assert analyzer.labels == artifact.manifest.labels
    check_analyzer(analyzer)


def test_the_manifest_is_complete_and_its_table_has_every_key():
    [text] = blocks("json")
    Manifest.model_validate_json(text)
    optional = {"familiarity"}  # names a file beside the model that this one does not have
    assert set(json.loads(text)) == set(Manifest.model_fields) - optional
    table = GUIDE[GUIDE.index("| key | meaning |") :].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines()))) == set(
        Manifest.model_fields
    )


def test_the_settings_are_valid(tmp_path):
    shown = [text for text in blocks("toml") if not text.startswith("# file:")]
    for number, text in enumerate(shown):
        path = tmp_path / f"{number}.toml"
        path.write_text(text)
        settings = load_settings(path)
        assert settings.model_dump(exclude_unset=True) == tomllib.loads(text)
        Plugins(settings.plugins.disabled)
    assert len(shown) == 4


def test_the_commands_exist():
    known = typer.main.get_command(make_app(Plugins())).commands
    called = [
        shlex.split(line)[1:] for text in blocks("sh") for line in text.splitlines() if line.startswith("monitor ")
    ]
    assert ["plugins", "list", "--json"] in called
    for words in called:
        command = getattr(known[words[0]], "loaded", known[words[0]])
        if hasattr(command, "commands"):
            command = command.commands[words[1]]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_every_link_within_the_guide_leads_somewhere():
    titles = {re.sub(r"[^a-z -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in GUIDE.splitlines()}
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= titles
