"""`monitor recognize`: what is seen in single pictures, on the command line."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor_service.picture_answers import PictureAnswer


def recognize(
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Picture files.", show_default=False)],
    analyzers: Annotated[
        str | None, typer.Option(help="What to run, as one word or with commas; `monitor plugins list` shows them.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array instead of a table.")] = False,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Find the faces of pictures and say what they express; nothing is stored.

    A picture that cannot be read is named on standard error, the others are looked at, and the exit code is 2.
    """
    from monitor.commands.error_line import EXIT_CODE, print_error
    from monitor.engine.recognizer import Picture, Recognizer
    from monitor.errors import SourceError
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor.sources.picture_file import read_picture
    from monitor_service.picture_answers import picture_answer

    settings = load_settings(config, analyzers=analyzers)
    recognizer = Recognizer(settings, plugins_in_use())
    answers: list[PictureAnswer] = []
    unread = 0
    try:
        for start in range(0, len(pictures), settings.batch_size):
            batch = []
            for path in pictures[start : start + settings.batch_size]:
                try:
                    batch.append(Picture(read_picture(path, str(path)), str(path)))
                except SourceError as error:
                    video = (mimetypes.guess_type(path)[0] or "").startswith("video/")
                    print_error(f"{error}{'; `monitor run` analyses videos' if video else ''}")
                    unread += 1
            for picture, recognition in zip(batch, recognizer(batch), strict=True):
                answers.append(picture_answer(picture.name, recognition))
    finally:
        recognizer.close()
    if json:
        print_json(answers)
    elif answers:
        print_table(answers)
    if unread or any(answer.faults for answer in answers):
        raise typer.Exit(EXIT_CODE)


def print_json(answers: list[PictureAnswer]) -> None:
    """One array, an object for each picture."""
    from pydantic import TypeAdapter

    from monitor_service.picture_answers import PictureAnswer

    print(TypeAdapter(list[PictureAnswer]).dump_json(answers, indent=2).decode())


def print_table(answers: list[PictureAnswer]) -> None:
    """One row per picture, face and analyzer."""
    from rich.table import Table
    from rich.text import Text

    from monitor.views.colours import colour
    from monitor.views.console import table_console

    console = table_console()
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("Picture", "Of", "Analyzer", "Emotions"):
        table.add_column(heading, overflow="fold")
    for answer in answers:
        for seen in answer.observations:
            emotions = Text()
            for label, score in sorted(seen.scores.items(), key=lambda item: -item[1])[:3]:
                emotions.append("■ ", style=colour(label)).append(f"{label} {100 * score:.0f} %  ")
            for name, value in seen.measures.items():
                emotions.append(f"{name} {value:.3g}  ")
            subject = "picture" if seen.subject is None else f"face {seen.subject}"
            table.add_row(answer.name, subject, seen.analyzer, emotions)
        for name, fault in answer.faults.items():
            table.add_row(answer.name, "", name, Text(fault, style="red"))
        if not answer.observations and not answer.faults:
            table.add_row(answer.name, "", "", "no face was found")
    console.print(table)
