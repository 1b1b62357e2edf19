"""What the documentation site adds to the pages in `docs/`: references made from the program itself, and the README as
its first page. mkdocs calls the functions that begin with `on_`.
"""

from __future__ import annotations

import ast
import inspect
import json
import posixpath
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import nbformat
import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pydantic import BaseModel
from typer.cli import get_docs_for_click

from monitor.cli import make_app
from monitor.plugin.registry import Plugins
from monitor.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS_PAGE = "reference/settings.md"
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s:]+)(#[^)]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Guides and model cards that mkdocs.yml does not name go to the end of their chapters."""
    chapters = {title: pages for each in config.nav or [] if isinstance(each, dict) for title, pages in each.items()}
    named = json.dumps(config.nav)
    for folder, chapter in ((".", "Guides"), ("models", "Models")):
        for path in sorted((ROOT / "docs" / folder).glob("*.md")):
            page = path.relative_to(ROOT / "docs").as_posix()
            if f'"{page}"' not in named:
                chapters[chapter].append(page)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    plugins = Plugins()
    made = {
        "index.md": (ROOT / "README.md").read_text(encoding="utf-8"),
        "reference/commands.md": commands(plugins),
        SETTINGS_PAGE: settings(plugins),
        "reference/http.md": http(),
        "reference/plugins.md": registered(plugins),
    }
    for notebook in sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")):
        made[f"notebooks/{notebook.stem}.md"] = as_markdown(notebook)
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links into the repository, which the site does not have, become plain words; those to config.toml lead to the
    settings."""
    here = "README.md" if page.file.src_uri == "index.md" else f"docs/{page.file.src_uri}"
    if here == "README.md":
        markdown = markdown.replace("](docs/images/", "](images/")

    def on_site(link: re.Match[str]) -> str:
        words, address, anchor = link[1], link[2], link[3] or ""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), address))
        if target == "config.toml":
            target, anchor = f"docs/{SETTINGS_PAGE}", ""
        if not target.startswith("docs/"):
            return words if (ROOT / target).exists() else link[0]
        folder = posixpath.dirname(page.file.src_uri) or "."
        return f"[{words}]({posixpath.relpath(target.removeprefix('docs/'), folder)}{anchor})"

    return LINK.sub(on_site, markdown)


def as_markdown(notebook: Path) -> str:
    """The cells of a notebook as a page."""
    cells = nbformat.read(notebook, as_version=4).cells
    parts = [each.source if each.cell_type == "markdown" else f"```python\n{each.source}\n```" for each in cells]
    return "\n\n".join([parts[0], f"As a notebook: [{notebook.name}]({notebook.name}).", *parts[1:]])


def commands(plugins: Plugins) -> str:
    """Every command with its options, from the command line itself."""
    command: Any = typer.main.get_command(make_app(plugins))
    command.commands = {name: getattr(each, "loaded", each) for name, each in command.commands.items()}
    context = typer.Context(command, info_name="monitor")
    return get_docs_for_click(obj=command, ctx=context, name="monitor", title="Commands")


def settings(plugins: Plugins) -> str:
    """Every setting of config.toml, of the program and of each plugin."""
    parts = [
        "# Settings",
        "Settings stand in `config.toml`. An unknown key is an error that names the nearest one. Environment variables "
        "(`MONITOR_EVERY_SECONDS`) go before the file, options of the command line before both.",
        *section(Settings, "", "At the top"),
    ]
    for kind in ("analyzers", "face_detectors", "sinks", "commands"):
        for registration in getattr(plugins, kind).values():
            if registration.options is not None:
                parts += section(registration.options, f"options.{kind}.{registration.name}")
    from monitor_outlets.options import OutletsOptions

    for name, outlet in OutletsOptions.model_fields.items():
        parts += section(models_in(outlet.annotation)[0], f"outlets.{name}")
    return "\n\n".join(parts)


def section(model: type[BaseModel], name: str, title: str = "") -> Iterator[str]:
    """One section of config.toml and those inside it, each as a table."""
    inner: list[tuple[type[BaseModel], str]] = []
    rows = []
    meanings = field_docstrings(model)
    for field, facts in model.model_fields.items():
        found = models_in(facts.annotation)
        if found:
            many = "list" in str(facts.annotation)
            inner.append((found[0], f"[{name}{field}]" if many else f"{name}.{field}".lstrip(".")))
            continue
        default = "needed" if facts.is_required() else shown(facts.get_default(call_default_factory=True))
        rows.append(f"| `{field}` | {default} | {meanings.get(field, '').replace('|', chr(92) + '|')} |")
    yield f"## {title or f'`[{name}]`'}"
    about = inspect.getdoc(model) or ""
    if about and not about.startswith(("Section", "Settings")):
        yield about
    if rows:
        yield "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])
    for each, place in inner:
        yield from section(each, place)


def shown(default: Any) -> str:
    """A default as it would stand in config.toml."""
    return "none" if default is None else f"`{json.dumps(default, default=str)}`"


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The pydantic models that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in models_in(part)]


def field_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Field -> the text under it in the source, in one line."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, BaseModel) or each.__module__.startswith("pydantic"):
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        for field, text in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[ast.unparse(field.target)] = " ".join(str(text.value.value).split())
    return found


def http() -> str:
    """Every operation of the service, from its OpenAPI document."""
    from monitor_service.app import make_routes
    from monitor_service.json_fields import json_fields
    from monitor_service.options import ServeOptions

    document = make_routes(*[MagicMock() for _ in range(5)], ServeOptions()).openapi()
    parts = [
        "# HTTP",
        "What `monitor serve` answers; [the guide](../service.md) has examples. A running service has the same at "
        "`/docs`, and as OpenAPI at `/openapi.json`.",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts += [f"## `{method.upper()} {path}`", operation.get("description", "")]
            rows = [
                f"| `{each['name']}` | {each['in']} | {each.get('description', '')} |"
                for each in operation.get("parameters", [])
            ]
            if body := operation.get("requestBody"):
                rows.append(f"| body | | {', '.join(f'`{kind}`' for kind in body['content'])} |")
            if rows:
                parts.append("\n".join(["| parameter | in | |", "|---|---|---|", *rows]))
            of_answers = {
                f"field of the answer {status}": json_fields(document, answer.get("content", {}))
                for status, answer in operation["responses"].items()
                if status.startswith("2")
            }
            of_body = {"field of the body": json_fields(document, body["content"] if body else {})}
            for what, fields in (of_body | of_answers).items():
                rows = [f"| `{field.place}` | {field.kind} | {field.meaning} |" for field in fields]
                if rows:
                    parts.append("\n".join([f"| {what} | type | |", "|---|---|---|", *rows]))
            answers = [f"`{status}` {answer['description']}" for status, answer in operation["responses"].items()]
            parts.append(f"Answers: {'; '.join(answers)}.")
    return "\n\n".join(parts)


def registered(plugins: Plugins) -> str:
    """What each shipped plugin registers."""
    parts = [
        "# What plugins bring",
        "As `monitor plugins list` has it; [the guide](../plugins.md) says how to write one.",
    ]
    for plugin in plugins.all():
        kinds: dict[str, list[str]] = {}
        for each in plugin.registrations:
            kinds.setdefault(each.kind.replace("_", " "), []).append(f"`{each.name}`")
        rows = [f"| {kind} | {', '.join(names)} |" for kind, names in kinds.items()]
        if rows:
            parts += [f"## {plugin.name}", "\n".join(["| kind | names |", "|---|---|", *rows])]
    return "\n\n".join(parts)
