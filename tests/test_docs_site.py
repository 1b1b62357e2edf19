"""The documentation site: built strictly, complete, and sufficient to itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.plugin.registry import Plugins
from monitor.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that it is built into; a link or an anchor that leads nowhere fails."""
    folder = tmp_path_factory.mktemp("site")
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
    return folder


def text(site: Path, page: str) -> str:
    return (site / page).read_text(encoding="utf-8")


def test_references_have_every_command_setting_and_operation(site: Path) -> None:
    plugins = Plugins()
    commands = text(site, "reference/commands.html")
    for name in ("run", "export", *plugins.commands):
        assert f"monitor {name}" in commands
    settings = text(site, "reference/settings.html")
    for name in Settings.model_fields:  # a key in a table, or a section
        assert f"<code>{name}</code>" in settings or f"[{name}]" in settings
    for section in ("[shown]", "[[alerts]]", "[outlets.mqtt]", "[options.sinks.people]", "[options.commands.serve]"):
        assert f"<code>{section}</code>" in settings
    assert "Distance of two samples, in seconds of stream time." in settings
    http = text(site, "reference/http.html")
    for operation in ("POST /v1/recognize", "POST /emotion/v1.0/recognize", "GET /v1/sessions"):
        assert operation in http
    assert "<code>pictures[].faces[].box.left</code>" in http
    api = text(site, "reference/api.html")
    for name in ("monitor.api.analyze", "monitor.sample.Observation", "monitor.store.queries.Store"):
        assert f'id="{name}"' in api
    assert 'id="monitor.plugin.hooks.register_sinks"' in text(site, "reference/hooks.html")


def test_every_page_of_the_repository_is_in_the_navigation(site: Path) -> None:
    navigation = text(site, "index.html")
    pages = [path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")]
    assert len(pages) > 15
    assert [str(page) for page in pages if f'href="{page}"' not in navigation] == []


def test_it_fetches_nothing_and_names_no_folder_of_this_machine(site: Path) -> None:
    for page in site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert re.findall(r'<(?:script|img|iframe)[^>]* src="?(?:https?:)?//', html) == []
        assert (
            re.findall(r'<link[^>]* rel="?(?:stylesheet|preconnect|preload)"?[^>]* href="?(?:https?:)?//', html) == []
        )
        assert str(ROOT) not in html
