from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from monitor.errors import ConfigError
from monitor.settings import Settings, load_settings

SHIPPED = Path(__file__).parents[2] / "config.toml"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """No config.toml in the working directory, and no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MONITOR_{name.upper()}", raising=False)


def config(text: str) -> Path:
    path = Path("settings.toml")
    path.write_text(text, encoding="utf-8")
    return path


def keys(section: object) -> set[str]:
    """Dotted names of every setting in nested sections; free-form sections count as one."""
    rows = (
        section.items() if isinstance(section, dict) else [(n, getattr(section, n)) for n in type(section).model_fields]
    )
    found = set()
    for name, value in rows:
        inner = keys(value) if isinstance(value, BaseModel) or (isinstance(value, dict) and value) else {""}
        found |= {f"{name}.{key}".rstrip(".") for key in inner}
    return found


def test_the_shipped_file_has_every_setting_at_its_default():
    assert keys(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))) == keys(Settings())
    assert load_settings(SHIPPED).model_dump() == Settings().model_dump()


def test_every_setting_in_the_shipped_file_has_a_comment():
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if " = " in line and not line.startswith("#") and " # " not in line] == []


def test_the_examples_in_the_shipped_file_are_true_when_uncommented():
    text = SHIPPED.read_text(encoding="utf-8")
    example = text[text.index("# [options.sinks.jsonl]") :].replace("# [", "[").replace("# path", "path")
    for key in ("threshold", "tiers", "port", "require_token", "hosts"):
        example = example.replace(f"# {key}", key)
    rule = text[text.index("# [[alerts]]") : text.index("[outlets]")].replace("# ", "")
    assert [alert.model_dump(exclude_defaults=True) for alert in load_settings(config(rule)).alerts] == [
        {"name": "anger", "share": "anger", "above": 0.6, "for_seconds": 3.0}
    ]
    options = load_settings(config(example)).options
    outlet = text[text.index("# [outlets.webhook]") : text.index("[plugins]")].replace("# ", "")
    assert load_settings(config(outlet)).outlets == {"webhook": {"url": "https://example.org/hook"}}
    assert options.sinks == {
        "jsonl": {"path": "observations.jsonl"},
        "people": {"threshold": 0.81},
        "event-search": {"tiers": ["people", "peaks", "changes", "unusual"]},
    }
    assert options.commands == {
        "serve": {"port": 8600},
        "dashboard": {"require_token": True, "hosts": ["watch.example.org"]},
    }


def test_without_a_file_every_setting_has_its_default():
    assert load_settings().every_seconds == 0.5
    assert load_settings().analyzers == ["auto"]


def test_the_file_in_the_working_directory_is_read():
    Path("config.toml").write_text("every_seconds = 2\n")
    assert load_settings().every_seconds == 2.0


def test_command_line_goes_before_environment_goes_before_file(monkeypatch):
    path = config("every_seconds = 1\nwindow_seconds = 10\nstore = 'file.db'")
    monkeypatch.setenv("MONITOR_EVERY_SECONDS", "2")
    monkeypatch.setenv("MONITOR_STORE", "environment.db")
    settings = load_settings(path, every_seconds=3.0, window_seconds=None)
    assert (settings.every_seconds, settings.store, settings.window_seconds) == (3.0, "environment.db", 10.0)


def test_lists_may_be_written_with_commas(monkeypatch):
    monkeypatch.setenv("MONITOR_ANALYZERS", "face-fusion, scene-sentiment")
    assert load_settings().analyzers == ["face-fusion", "scene-sentiment"]


def test_sections_in_the_environment_are_json(monkeypatch):
    monkeypatch.setenv("MONITOR_PLUGINS", '{"disabled": ["train"]}')
    assert load_settings().plugins.disabled == ["train"]
    monkeypatch.setenv("MONITOR_PLUGINS", "train")
    with pytest.raises(ConfigError, match="environment variable MONITOR_PLUGINS must be JSON"):
        load_settings()


def test_an_option_changes_one_setting_of_a_section_and_leaves_the_others(monkeypatch):
    path = config("[shown]\nhalf_life_seconds = 2\ncalibrate_seconds = 10")
    settings = load_settings(path, shown={"half_life_seconds": 0.0})
    assert settings.shown.model_dump() == {
        "half_life_seconds": 0.0,
        "calibrate_seconds": 10.0,
        "all_samples": False,
    }
    assert load_settings(path, shown={}).shown.half_life_seconds == 2.0
    monkeypatch.setenv("MONITOR_SHOWN", '{"calibrate_seconds": 5}')
    assert load_settings(path).shown.model_dump() == {
        "half_life_seconds": 2.0,
        "calibrate_seconds": 5.0,
        "all_samples": False,
    }


def test_a_wrong_value_in_the_environment_is_named(monkeypatch):
    monkeypatch.setenv("MONITOR_PICTURE_PORT", "http")
    with pytest.raises(ConfigError, match=r"setting picture_port: input should be a valid integer.*environment"):
        load_settings()


def test_options_of_plugins_are_free_form():
    settings = load_settings(config("[options.analyzers.face-fusion]\ndepth = 3\n[options.sinks.jsonl]\npath = 'x'\n"))
    assert settings.options.analyzers == {"face-fusion": {"depth": 3}}
    assert settings.options.sinks == {"jsonl": {"path": "x"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("every_second = 1", "unknown setting 'every_second'; did you mean 'every_seconds'?"),
        ("analyser = ['x']", "unknown setting 'analyser'; did you mean 'analyzers'?"),
        ("zzz = 1", "unknown setting 'zzz'; known: alerts, analyzers, batch_size, "),
        ("[plugins]\ndisable = []", "unknown setting in [plugins]: 'disable'; did you mean 'disabled'?"),
        ("[options.analyser.x]\na = 1", "unknown setting in [options]: 'analyser'; did you mean 'analyzers'?"),
        ("every_seconds = 'often'", "setting every_seconds: input should be a valid number"),
        ("every_seconds = 0", "setting every_seconds: input should be greater than 0, not 0"),
        ("dashboard_port = 70000", "setting dashboard_port: input should be less than or equal to 65535, not 70000"),
        ("analyzers = []", "setting analyzers must not be empty"),
        ("analyzers = [1]", "setting analyzers #1: input should be a valid string, not 1"),
        ("plugins = 3", "setting plugins: must be a section with settings of its own, not 3"),
        ("options.sinks.jsonl = 3", "setting options.sinks.jsonl: must be a section with settings of its own, not 3"),
        ("[shown]\nhalf_life = 2", "unknown setting in [shown]: 'half_life'; did you mean 'half_life_seconds'?"),
        (
            "[shown]\nhalf_life_seconds = -1",
            "setting shown.half_life_seconds: input should be greater than or equal to 0",
        ),
        (
            "[shown]\ncalibrate_seconds = nan",
            "setting shown.calibrate_seconds: input should be a finite number, not nan",
        ),
        ("[shown]\ncalibrate_seconds = 'long'", "setting shown.calibrate_seconds: input should be a valid number"),
        ("[[alerts]]\nname = 'a'\nshre = 'anger'", "unknown setting in [alerts #1]: 'shre'; did you mean 'share'?"),
        ("[[alerts]]\nno_face = true", "setting alerts #1.name is missing; it has no default"),
        ("[[alerts]]\nname = 'a'", "setting alerts #1: needs exactly one of share, measure, no_face and stream_lost"),
        (
            "[[alerts]]\nname = 'a'\nshare = 'anger'\nno_face = true",
            "setting alerts #1: needs exactly one of share, measure, no_face and stream_lost",
        ),
        ("[[alerts]]\nname = 'a'\nshare = 'anger'", "setting alerts #1: needs the level above or below which"),
        (
            "[[alerts]]\nname = 'a'\nshare = 'anger'\nabove = 60",
            "setting alerts #1: shares lie between 0 and 1, so must above and below",
        ),
        (
            "[[alerts]]\nname = 'a'\nmeasure = 'head_yaw'\nabove = 3\nbelow = 2",
            "setting alerts #1: above must be less than below",
        ),
        (
            "[[alerts]]\nname = 'a'\nno_face = true\nabove = 0.5",
            "setting alerts #1: no_face and stream_lost have no level; leave above and below out",
        ),
        (
            "[[alerts]]\nname = 'a'\nno_face = true\n[[alerts]]\nname = 'a'\nstream_lost = true",
            "setting alerts: two rules have the name 'a'; rename one of them",
        ),
        ("every_seconds = often", "settings.toml is not valid TOML: Invalid value (at line 1, column 17)"),
        ("a = 1\na = 2", "settings.toml is not valid TOML: "),
    ],
)
def test_every_mistake_is_one_line_that_says_what_to_do(text, message):
    with pytest.raises(ConfigError) as caught:
        load_settings(config(text))
    line = str(caught.value)
    assert message in line
    assert "settings.toml" in line
    assert "\n" not in line


def test_a_file_that_was_asked_for_must_exist():
    with pytest.raises(ConfigError, match=r"configuration file missing.toml does not exist"):
        load_settings(Path("missing.toml"))


def test_a_file_that_is_no_text_is_an_error():
    Path("config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"config.toml cannot be read"):
        load_settings()


def test_an_unknown_override_is_an_error():
    with pytest.raises(ConfigError, match="unknown setting 'evry_seconds'; did you mean 'every_seconds'"):
        load_settings(evry_seconds=1.0)
