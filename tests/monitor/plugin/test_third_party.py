"""A complete package of somebody else: installed by pip, found, listed, checked and run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PACKAGE = Path(__file__).parents[2] / "third_party" / "monitor-colour-mood"
ORANGE, BLUE = (255, 140, 0), (0, 60, 200)


@pytest.fixture(scope="module")
def site(pip_install) -> Path:
    """The folder into which the package was installed."""
    return pip_install(PACKAGE)


@pytest.fixture
def monitor(site, python_with):
    """A function that runs the command line with the package installed."""
    return lambda *arguments: python_with(site, "-m", "monitor", *arguments)


@pytest.fixture
def pictures(tmp_path):
    """A folder with three orange pictures and a blue one."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, colour in enumerate([ORANGE, ORANGE, ORANGE, BLUE]):
        Image.fromarray(np.full((48, 64, 3), colour, np.uint8)).save(folder / f"{number}.png")
    return folder


def test_it_is_listed_with_all_that_it_registers(monitor):
    [plugin] = [
        each for each in json.loads(monitor("plugins", "list", "--json").stdout) if each["name"] == "colour-mood"
    ]
    assert plugin == {
        "name": "colour-mood",
        "version": "1.2.3",
        "distribution": "monitor-colour-mood",
        "disabled": False,
        "hooks": ["register_analyzers", "register_commands", "register_pages", "register_sinks"],
        "registers": {
            "analyzers": ["colour-mood"],
            "pages": ["colour-mood"],
            "sinks": ["palette"],
            "commands": ["colour-mood"],
        },
    }


def test_its_own_tests_pass_where_it_is_installed(site, python_with):
    result = python_with(site, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", PACKAGE / "tests")
    assert "1 passed" in result.stdout, result.stdout + result.stderr


def test_its_command_runs_and_its_error_is_one_line(monitor, pictures):
    result = monitor("colour-mood", pictures / "0.png")
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"0.png: {positive(ORANGE, 4.0):.3f} positive\n"
    failed = monitor("colour-mood", "nowhere.png")
    assert (failed.returncode, failed.stderr.splitlines()[-1]) == (
        2,
        "monitor: error: nowhere.png is not a picture that can be read",
    )
    assert "Traceback" not in failed.stderr


def positive(colour, warmth):
    """The formula of the package, for a picture of one colour."""
    red, green, blue = np.array(colour) / 255
    saturation = max(red, green, blue) - min(red, green, blue)
    return 1 / (1 + np.exp(-(warmth * (red - blue) + saturation - 0.25)))


def test_analyzer_options_sink_and_page_work_in_a_real_run(monitor, pictures, tmp_path, site, python_with):
    (tmp_path / "config.toml").write_text(
        "[options.analyzers.colour-mood]\nwarmth = 2.0\n[options.sinks.palette]\npath = 'palette.csv'\n"
    )
    result = monitor("run", pictures, "--analyzers", "colour-mood", "--store", "run.db", "--json", "--no-dashboard")
    assert result.returncode == 0, result.stderr
    [shares] = json.loads(result.stdout)["sources"][0]["shares"]["colour-mood"].values()
    expected = (3 * positive(ORANGE, 2.0) + positive(BLUE, 2.0)) / 4
    assert shares["positive"] == pytest.approx(expected, abs=1e-5)

    lines = (tmp_path / "palette.csv").read_text().splitlines()
    assert lines[0] == "source,seconds,colour"
    assert [line.split(",")[-1] for line in lines[1:]] == ["#ff8c00", "#ff8c00", "#ff8c00", "#003cc8"]

    (tmp_path / "config.toml").write_text('store = "run.db"\n')
    page = tmp_path / "page.py"
    page.write_text(
        "from streamlit.testing.v1 import AppTest\n"
        "from monitor.plugin.registry import Plugins\n"
        "page = Plugins().get('pages', 'colour-mood').thing\n"
        "app = AppTest.from_function(page.draw).run(timeout=300)\n"
        "assert not app.exception, app.exception\n"
        "assert [title.value for title in app.title] == [page.title], app\n"
        "print('drawn')\n"
    )
    drawn = python_with(site, page)
    assert drawn.stdout == "drawn\n", drawn.stderr


def test_a_wrong_option_is_one_line_with_the_nearest(monitor, pictures, tmp_path):
    (tmp_path / "config.toml").write_text("[options.analyzers.colour-mood]\nwarmht = 2.0\n")
    result = monitor("run", pictures, "--analyzers", "colour-mood", "--no-dashboard")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == (
        "monitor: error: unknown setting in [options.analyzers.colour-mood]: 'warmht'; did you mean 'warmth'? "
        "(in config.toml)"
    )


def test_disabled_it_is_gone(monitor, pictures, tmp_path):
    (tmp_path / "config.toml").write_text('[plugins]\ndisabled = ["colour-mood"]\n')
    assert "disabled in config.toml" in monitor("plugins", "list").stdout
    result = monitor("run", pictures, "--analyzers", "colour-mood", "--no-dashboard")
    assert result.returncode == 2
    assert "unknown analyzer 'colour-mood'" in result.stderr
    assert monitor("colour-mood", "x.png").returncode == 2
