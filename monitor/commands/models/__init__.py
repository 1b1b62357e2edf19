"""`monitor models`: every model that a plugin ships or that was trained below a folder, and what runs it."""

from __future__ import annotations

import typer

from monitor.commands.models.check import check_models
from monitor.commands.models.listing import list_models, show_model, verify_models
from monitor.commands.models.reference import write_reference

models_app = typer.Typer(help="Models that are shipped or were trained here.", no_args_is_help=True)
models_app.command("list")(list_models)
models_app.command("show")(show_model)
models_app.command("verify")(verify_models)
models_app.command("check")(check_models)
models_app.command("reference")(write_reference)
