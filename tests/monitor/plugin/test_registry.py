from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from monitor.cli import make_app
from monitor.errors import ConfigError, PluginError, SourceError
from monitor.plugin import hooks
from monitor.plugin.registry import KINDS, Plugins, Registration, plugins_in_use

GUIDE = Path(__file__).parents[3] / "docs" / "plugins.md"
HOOKS = sorted(name for name in vars(hooks) if hasattr(getattr(hooks, name), "monitor_spec"))
HEAD = "from monitor.plugin import hookimpl\n\n"


def registering(hook: str, *calls: str) -> str:
    """The code of a plugin that makes `calls` of `register` in `hook`."""
    return f"{HEAD}@hookimpl\ndef {hook}(register):\n" + "".join(f"    register({call})\n" for call in calls)


def test_every_hook_has_a_kind_a_chapter_in_the_guide_and_a_test():
    assert sorted(f"register_{kind}" for kind in KINDS) == HOOKS
    chapters = [line.strip("# `") for line in GUIDE.read_text().splitlines() if line.startswith("### ")]
    assert sorted(chapter for chapter in chapters if chapter.startswith("register_")) == HOOKS
    assert [hook for hook in HOOKS if f"test_{hook}" not in globals()] == []


def test_register_analyzers(make_plugin):
    code = "class Calm:\n    name = 'calm'\n\n" + registering("register_analyzers", "'calm', Calm")
    make_plugin("serene", code)
    registration = Plugins().get("analyzers", "calm")
    assert (registration.plugin, registration.make().name) == ("serene", "calm")


@pytest.fixture
def painters(make_plugin):
    """Analyzers `blue` and `red`, which run by default, and `grey`, which does not."""
    names = ("'blue', dict, default=True", "'grey', dict", "'red', dict, default=True")
    make_plugin("painters", registering("register_analyzers", *names))
    return Plugins(["face"])


def test_auto_stands_for_the_analyzers_that_are_registered_as_default(painters):
    def chosen(*names):
        return [each.name for each in painters.choose_analyzers(names)]

    assert chosen("auto") == ["blue", "red"]
    assert chosen("grey", "auto", "red", "grey") == ["grey", "blue", "red"]
    assert chosen("grey") == ["grey"]
    with pytest.raises(ConfigError, match="unknown analyzer 'gray'; did you mean 'grey'"):
        chosen("gray")


def test_without_a_default_an_analyzer_must_be_named():
    with pytest.raises(ConfigError, match=r"no plugin .* runs by default; name one .*: .*scene-sentiment"):
        Plugins(["face"]).choose_analyzers(["auto"])


def test_only_an_analyzer_or_a_sink_is_a_default(make_plugin):
    make_plugin("led", registering("register_pages", "'led', dict, default=True"))
    with pytest.raises(PluginError, match=r"'led': page 'led' cannot be a default; only an analyzer or a sink can"):
        _ = Plugins().pages


def test_the_plugins_in_use_are_those_of_the_innermost_block():
    outer, inner = Plugins(["face"]), Plugins(["scene"])
    with outer.in_use():
        with inner.in_use():
            assert plugins_in_use() is inner
        assert plugins_in_use() is outer
    assert not any(plugin.disabled for plugin in plugins_in_use().plugins.values())


def test_while_a_factory_runs_its_own_plugins_are_in_use(make_plugin):
    code = "from monitor.plugin.registry import plugins_in_use\n"
    make_plugin("mirror", code + registering("register_sinks", "'mirror', plugins_in_use"))
    plugins = Plugins(["face"])
    assert plugins.get("sinks", "mirror").make() is plugins
    assert plugins_in_use() is not plugins


def test_register_face_detectors(make_plugin):
    make_plugin("eyes", registering("register_face_detectors", "'two-eyes', object"))
    assert type(Plugins().get("face_detectors", "two-eyes").make()) is object


def test_register_runtimes(make_plugin):
    make_plugin("abacus", registering("register_runtimes", "'abacus', lambda artifact: ('loaded', artifact)"))
    plugins = Plugins()
    assert list(plugins.runtimes) == [
        "tensorrt",
        "onnxruntime-cuda",
        "openvino",
        "onnxruntime",
        "abacus",
    ]  # the engine's own are tried first
    assert plugins.runtimes["abacus"].thing("model") == ("loaded", "model")


def test_register_trainers(make_plugin):
    make_plugin(
        "gym", "from monitor.plugin import Trainer\n" + registering("register_trainers", "'gym', Trainer(print)")
    )
    trainer = Plugins().get("trainers", "gym").thing
    assert (trainer.train, trainer.evaluate, trainer.explain) == (print, None, None)


GYM = """
from monitor.plugin import Trainer


def lift(weight: int = 1) -> None:
    print(f"lifted {weight}")


def weigh() -> None:
    print("weighed")


def look(picture: str) -> None:
    print(f"looked at {picture}")


"""


def test_every_function_of_a_trainer_is_a_command(make_plugin):
    trainers = "'gym', Trainer(lift, weigh, look)", "'park', Trainer(lift, None, look)"
    make_plugin("gym", GYM + registering("register_trainers", *trainers))
    app = make_app(Plugins())
    for words, said in (
        ("train gym --weight 7", "lifted 7\n"),
        ("evaluate gym", "weighed\n"),
        ("explain gym face.png", "looked at face.png\n"),
        ("explain park face.png", "looked at face.png\n"),
    ):
        result = CliRunner().invoke(app, words.split())
        assert (result.exit_code, result.output) == (0, said)
    missing = CliRunner().invoke(app, ["evaluate", "park"])
    assert missing.exit_code == 2
    assert "No such command 'park'" in missing.output


def test_register_pages(make_plugin):
    make_plugin(
        "paper", "from monitor.plugin import Page\n" + registering("register_pages", "'paper', Page('P', print)")
    )
    page = Plugins().get("pages", "paper").thing
    assert (page.title, page.draw) == ("P", print)


def test_register_sinks(make_plugin):
    make_plugin("drain", registering("register_sinks", "'drain', dict", "'gutter', dict, follows='rain'"))
    plugins = Plugins()
    assert {"jsonl", "drain", "gutter"} <= set(plugins.sinks)
    assert (plugins.sinks["drain"].follows, plugins.sinks["gutter"].follows) == (None, "rain")


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if hook != "register_sinks"])
def test_only_a_sink_follows_an_analyzer(make_plugin, hook):
    make_plugin("led", registering(hook, "'led', dict, follows='face-fusion'"))
    with pytest.raises(PluginError, match=r"'led': .* 'led' cannot follow 'face-fusion'; only a sink follows"):
        Plugins().all()


def test_register_commands(make_plugin):
    make_plugin("order", registering("register_commands", "'hello', print"))
    assert Plugins().get("commands", "hello").thing is print


def test_a_typer_app_becomes_a_group_of_commands(make_plugin):
    group = """
import typer

orders = typer.Typer()


@orders.command("place")
def place(dish: str) -> None:
    print(f"one {dish}")


@orders.command("cancel")
def cancel() -> None:
    print("none")


"""
    make_plugin("kitchen", group + registering("register_commands", "'orders', orders"))
    result = CliRunner().invoke(make_app(Plugins()), ["orders", "place", "soup"])
    assert (result.exit_code, result.output) == (0, "one soup\n")


KITCHEN = """
import typer

app = typer.Typer()


@app.command("place")
def place(dish: str, config: str = "none") -> None:
    print(f"one {dish} by {config}")


@app.command("cancel")
def cancel() -> None:
    print("none")


def greet(name: str, config: str = "none") -> None:
    print(f"hello {name} by {config}")
"""


def test_a_command_is_imported_when_it_is_called_and_not_for_the_list(make_plugin, tmp_path):
    calls = "'greet', Command('late_kitchen:greet', 'Say hello.')", "'orders', Command('late_kitchen:app', 'Eat.')"
    make_plugin("kitchen", "from monitor.plugin import Command\n" + registering("register_commands", *calls))
    (tmp_path / "monitor-kitchen" / "late_kitchen.py").write_text(KITCHEN)
    app = make_app(Plugins())
    shown = CliRunner().invoke(app, ["--help"]).output
    assert "Say hello." in shown
    assert "late_kitchen" not in sys.modules
    for words, said in (
        ("greet Ann", "hello Ann by none\n"),
        ("orders place soup", "one soup by none\n"),
        ("--config a.toml greet Ann", "hello Ann by a.toml\n"),
        ("--config a.toml orders place soup", "one soup by a.toml\n"),
        ("--config a.toml orders place soup --config b.toml", "one soup by b.toml\n"),
    ):
        result = CliRunner().invoke(app, words.split())
        assert (result.exit_code, result.output) == (0, said)
    assert "Usage: monitor orders place" in CliRunner().invoke(app, ["orders", "place", "--help"]).output


def test_options_of_a_command_are_imported_when_they_are_read(make_plugin, tmp_path):
    command = "Command('late_cellar:fetch', 'Fetch wine.')"
    call = f"'fetch', {command}, options='late_cellar:Wine'"
    make_plugin("cellar", "from monitor.plugin import Command\n" + registering("register_commands", call))
    code = "from pydantic import BaseModel\n\n\nclass Wine(BaseModel):\n    year: int = 1999\n"
    (tmp_path / "monitor-cellar" / "late_cellar.py").write_text(code)
    registration = Plugins().get("commands", "fetch")
    assert "late_cellar" not in sys.modules
    assert registration.read_options({"year": 2001}).year == 2001
    with pytest.raises(ConfigError, match=r"did you mean 'year'\?"):
        registration.read_options({"yaer": 2001})


@pytest.mark.parametrize("at", ["nowhere:greet", "monitor:greet", "no such module"])
def test_a_command_that_is_not_where_it_should_be_is_named(make_plugin, at):
    call = f"'greet', Command({at!r}, 'Say hello.')"
    make_plugin("kitchen", "from monitor.plugin import Command\n" + registering("register_commands", call))
    app = make_app(Plugins())
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
    error = CliRunner().invoke(app, ["greet"]).exception
    assert isinstance(error, PluginError)
    assert str(error).startswith(f"command 'greet' of plugin 'kitchen' cannot be loaded from {at!r} (")


@pytest.mark.parametrize("name", ["run", "plugins", "train", "evaluate", "explain"])
def test_a_command_of_the_program_itself_cannot_be_replaced(make_plugin, name):
    make_plugin("greedy", registering("register_commands", f"{name!r}, print"))
    with pytest.raises(PluginError, match=f"plugin 'greedy' registers command '{name}', which the program itself has"):
        make_app(Plugins())


def test_a_plugin_says_where_it_comes_from_and_what_it_registers(make_plugin):
    make_plugin("two", registering("register_sinks", "'one', dict", "'other', dict"), distribution="some-package")
    plugin = next(each for each in Plugins().all() if each.name == "two")
    assert (plugin.version, plugin.distribution, plugin.hooks) == ("0.9", "some-package", ["register_sinks"])
    assert [(each.kind, each.name) for each in plugin.registrations] == [("sinks", "one"), ("sinks", "other")]


def test_asking_twice_registers_once(make_plugin):
    make_plugin("once", registering("register_sinks", "'once', dict"))
    plugins = Plugins()
    plugins.all()
    assert len(next(each for each in plugins.all() if each.name == "once").registrations) == 1


def test_two_registrations_of_one_name_name_both_plugins(make_plugin):
    make_plugin("left", registering("register_analyzers", "'same', dict"))
    make_plugin("right", registering("register_analyzers", "'same', dict"))
    with pytest.raises(PluginError, match="analyzer 'same' is registered by both 'left' and 'right'"):
        _ = Plugins().analyzers
    assert Plugins(["left"]).analyzers["same"].plugin == "right"


def test_one_name_may_stand_for_things_of_different_kinds(make_plugin):
    make_plugin(
        "mood", registering("register_sinks", "'mood', dict") + registering("register_commands", "'mood', print")
    )
    plugins = Plugins()
    assert plugins.sinks["mood"].thing is dict
    assert plugins.commands["mood"].thing is print


def test_two_distributions_with_one_plugin_name_are_both_named(make_plugin):
    make_plugin("twin", "", distribution="first-package")
    make_plugin("twin", "", distribution="second-package")
    with pytest.raises(PluginError, match=r"'twin' is used by both \w+-package and \w+-package") as caught:
        Plugins()
    assert "first-package" in str(caught.value)
    assert "second-package" in str(caught.value)


def test_the_name_of_the_engine_itself_is_taken(make_plugin):
    make_plugin("monitor", "", distribution="impostor")
    with pytest.raises(PluginError, match="'monitor' is used by both emotion-monitor and impostor"):
        Plugins()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import a_module_that_is_not_there", "ModuleNotFoundError: No module named 'a_module_that_is_not_there'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def broken(:", "SyntaxError"),
        (registering("register_analyzers").replace("(register)", "(reg)") + "    pass", "{'reg'}"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named_with_the_way_out(make_plugin, code, message):
    make_plugin("broken", code)
    with pytest.raises(PluginError) as caught:
        Plugins()
    line = str(caught.value)
    assert line.startswith("plugin 'broken' of monitor-broken cannot be loaded (")
    assert message in line
    assert line.endswith('disable it in config.toml: [plugins] disabled = ["broken"]')
    assert "\n" not in line
    assert "broken" in Plugins(["broken"]).plugins


def test_a_misspelt_hook_is_an_error_with_the_nearest_hook(make_plugin):
    make_plugin("speller", registering("register_analysers", "'x', dict"))
    with pytest.raises(
        PluginError, match=r"'speller'.*unknown hook 'register_analysers'; did you mean 'register_analyzers'"
    ):
        Plugins()


def test_a_hook_without_its_mark_is_an_error(make_plugin):
    make_plugin("unmarked", "def register_sinks(register):\n    register('x', dict)\n")
    with pytest.raises(PluginError, match=r"'unmarked'.*register_sinks is not marked with @hookimpl"):
        Plugins()


def test_a_hook_may_be_implemented_under_another_function_name(make_plugin):
    code = registering("sinks", "'renamed', dict").replace("@hookimpl", "@hookimpl(specname='register_sinks')")
    make_plugin("renaming", code)
    assert "renamed" in Plugins().sinks


def test_a_hook_that_fails_names_plugin_and_hook(make_plugin):
    make_plugin("late", f"{HEAD}@hookimpl\ndef register_pages(register):\n    raise OSError('no disk')\n")
    with pytest.raises(PluginError, match=r"plugin 'late': register_pages failed \(OSError: no disk\)"):
        _ = Plugins().pages


@pytest.mark.parametrize("name", ["", "Calm", "two words", "a/b", "-x", "ünï"])
def test_a_name_that_is_no_word_for_command_line_and_address_is_refused(make_plugin, name):
    make_plugin("namer", registering("register_pages", f"{name!r}, object()"))
    with pytest.raises(PluginError, match="plugin 'namer' registers page"):
        _ = Plugins().pages


def test_a_disabled_plugin_is_listed_but_not_imported(make_plugin):
    make_plugin("quiet", "raise RuntimeError('imported')")
    plugin = next(each for each in Plugins(["quiet"]).all() if each.name == "quiet")
    assert plugin.disabled
    assert (plugin.version, plugin.hooks, plugin.registrations) == ("0.9", [], [])


def test_disabling_an_unknown_plugin_names_the_nearest():
    with pytest.raises(ConfigError, match=r"\[plugins\] disabled: unknown plugin 'tran'; did you mean 'train'\?"):
        Plugins(["tran"])


def test_asking_for_an_unknown_thing_names_the_nearest():
    with pytest.raises(ConfigError, match=r"unknown runtime 'onnx-runtime'; did you mean 'onnxruntime'\?"):
        Plugins().get("runtimes", "onnx-runtime")
    with pytest.raises(ConfigError, match=r"unknown sink 'qqq'; known: .*jsonl"):
        Plugins().get("sinks", "qqq")


def test_a_section_of_options_for_an_unknown_name_is_an_error(make_plugin):
    plugins = Plugins()
    plugins.check_options({"sinks": {"jsonl": {}}, "analyzers": {}})
    with pytest.raises(ConfigError, match=r"\[options.sinks.jsonll\]: unknown sink 'jsonll'; did you mean 'jsonl'\?"):
        plugins.check_options({"sinks": {"jsonll": {}}})
    make_plugin("off", "")
    Plugins(["off"]).check_options({"sinks": {"may-be-of-the-disabled-plugin": {}}})


class Inner(BaseModel):
    depth: int = 1


class Options(BaseModel):
    size: int = 3
    inner: Inner | None = None
    many: list[Inner] = []


def sink(factory: object, options: type[BaseModel] | None = Options) -> Registration:
    return Registration("sinks", "mine", factory, "my-plugin", options)


def test_a_factory_is_called_with_its_options():
    assert sink(lambda options: options).make({"size": 5}) == Options(size=5)
    assert sink(lambda options: options).make() == Options()
    assert sink(lambda: "made", options=None).make() == "made"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sise": 5}, "unknown setting in [options.sinks.mine]: 'sise'; did you mean 'size'? (in config.toml)"),
        ({"inner": {"dept": 5}}, "'dept'; did you mean 'depth'?"),
        ({"many": [{"dept": 5}]}, "unknown setting in [options.sinks.mine.many #1]: 'dept'; did you mean 'depth'?"),
        ({"size": "big"}, "setting options.sinks.mine.size: input should be a valid integer"),
    ],
)
def test_wrong_options_are_one_line(given, message):
    with pytest.raises(ConfigError) as caught:
        sink(lambda options: options).make(given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_option_without_default_that_is_missing_is_named():
    class Needy(BaseModel):
        path: str

    with pytest.raises(ConfigError, match=r"setting options.sinks.mine.path is missing; it has no default"):
        sink(lambda options: options, Needy).make()


def test_options_for_a_thing_without_options_are_an_error():
    with pytest.raises(ConfigError, match=r"\[options.sinks.mine\]: mine has no options, config.toml gives size"):
        sink(lambda: None, options=None).make({"size": 1})


def test_a_factory_that_fails_names_the_plugin():
    def heavy() -> None:
        import a_module_that_is_not_there  # noqa: F401

    with pytest.raises(PluginError, match=r"sink 'mine' of plugin 'my-plugin' cannot be made \(ModuleNotFoundError"):
        sink(heavy, options=None).make()

    def picky() -> None:
        raise SourceError("says it in its own words")

    with pytest.raises(SourceError, match="own words"):
        sink(picky, options=None).make()


def test_an_analyzer_must_bear_the_name_it_is_registered_under():
    class Anonymous:
        name = "somebody"

    with pytest.raises(PluginError, match="analyzer 'mine' of plugin 'p' must have that as its name, not 'somebody'"):
        Registration("analyzers", "mine", Anonymous, "p").make()
