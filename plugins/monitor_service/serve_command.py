"""`monitor serve`: the service, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Annotated, cast

import typer


def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve at; 127.0.0.1 by default.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 8600 by default, 0 takes a free one.")
    ] = None,
    analyzers: Annotated[
        str | None, typer.Option(help="What to load, as one word or with commas; `monitor plugins list` shows them.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    tls_certificate: Annotated[
        Path | None, typer.Option(help="PEM file of a certificate, to serve over HTTPS.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Serve until Ctrl-C: pictures recognised over HTTP, sessions to read, to follow and to record.

    At any address but this machine's own it asks for a token, and does not start before there is one: `monitor token`.
    """
    from monitor.engine.recognizer import Recognizer
    from monitor.engine.shared_models import SharedModels
    from monitor.live.access import asks_for_token
    from monitor.live.background_server import address_of, elsewhere, listen, server_config
    from monitor.live.certificate import Certificate
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor.store.tokens import scope_of
    from monitor_service.options import ServeOptions

    settings = load_settings(config, store=store, analyzers=analyzers)
    plugins = plugins_in_use()
    plugins.check_options(settings.options.model_dump())
    read = plugins.get("commands", "serve").read_options(settings.options.commands.get("serve"))
    given = {"host": host, "port": port, "tls_certificate": tls_certificate, "tls_key": tls_key}
    changes = {name: value for name, value in given.items() if value is not None}
    options = cast(ServeOptions, read).model_copy(update=changes)
    certificate = Certificate.read(options.tls_certificate, options.tls_key)
    with ExitStack() as cleanup:
        opened = cleanup.enter_context(Store(settings.store, create=True))
        with_token = asks_for_token(
            "the service", options.host, opened, ["read", "control"], always=options.require_token
        )
        listening = cleanup.enter_context(
            listen(
                options.host,
                options.port,
                lambda reason: (
                    f"the service cannot be served at {options.host}:{options.port} ({reason}); "
                    "choose another with --port"
                ),
            )
        )
        from monitor_service.app import make_app
        from monitor_service.feed import Feeds
        from monitor_service.metrics import ServiceMetrics
        from monitor_service.recognition import RecognitionDesk
        from monitor_service.runs import Runs
        from monitor_service.server import FeedingServer

        metrics = ServiceMetrics(opened)
        shared = cleanup.enter_context(closing(SharedModels(metrics.model_took)))
        recognizer = Recognizer(settings, plugins, shared=shared)
        desk = cleanup.enter_context(closing(RecognitionDesk(recognizer, options, settings.batch_size, metrics)))
        runs = cleanup.enter_context(closing(Runs(settings, plugins, options.most_runs, shared)))
        feeds = Feeds(opened)
        allowed = partial(scope_of, opened) if with_token else None
        app = make_app(desk, opened, feeds, runs, metrics, options, allowed)
        asks = ", with a token" if with_token else ""
        address = address_of(listening, "https" if certificate else "http")
        print(
            f"Service at {address}{elsewhere(options.host)}{asks} (Ctrl-C ends it); "
            f"a browser's camera: {address}/camera",
            file=sys.stderr,
        )
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends runs as cleanly as Ctrl-C does
        try:
            FeedingServer(server_config(app, certificate, websockets=True), feeds).run([listening])
        except KeyboardInterrupt:
            return
