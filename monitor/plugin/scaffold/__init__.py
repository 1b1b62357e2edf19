"""Writes a new plugin package from the templates in this folder."""

from __future__ import annotations

import re
import string
from pathlib import Path

from monitor.errors import ConfigError
from monitor.plugin.registry import Plugins

TEMPLATES = Path(__file__).parent
SUFFIX = ".template"
"""Keeps the templates from being imported, formatted or collected as the code that they are not yet."""
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write_plugin(name: str, into: Path, plugins: Plugins) -> Path:
    """The new folder `monitor-NAME` in `into`: an installable package with the analyzer `name`.

    Raises ConfigError for a name that is malformed or taken by one of `plugins`, a folder that exists already, or a
    place that cannot be written.
    """
    name = name.removeprefix("monitor-")
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"plugin name {name!r}: use lower-case letters and digits in words joined by hyphens, such as 'colour-mood'"
        )
    taken = {plugin.name: plugin.distribution for plugin in plugins.plugins.values()}
    taken |= {each.name: plugins.plugins[each.plugin].distribution for each in plugins.analyzers.values()}
    if name in taken:
        raise ConfigError(f"plugin name {name!r} is taken by {taken[name]}; choose another")
    folder = into / f"monitor-{name}"
    if folder.exists():
        raise ConfigError(f"{folder} exists already; choose another name, or another folder with --into")
    words = {"name": name, "module": f"monitor_{name.replace('-', '_')}"}
    try:
        for template in sorted(TEMPLATES.rglob(f"*{SUFFIX}")):
            path = template.relative_to(TEMPLATES).as_posix().removesuffix(SUFFIX)
            target = folder / path.replace("_module_", words["module"])
            target.parent.mkdir(parents=True, exist_ok=True)
            text = string.Template(template.read_text(encoding="utf-8")).substitute(words)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}") from None
    return folder
