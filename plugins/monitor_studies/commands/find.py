"""`monitor events find`: the program's own search for events of a session."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor_studies.commands.mark import SessionKey
from monitor_studies.commands.options import Config, StoreAddress
from monitor_studies.finding.search import Search, Tier


def find(
    session: SessionKey = "latest",
    what: Annotated[list[Tier] | None, typer.Option(help="Only this; may be given several times.")] = None,
    level: Annotated[float, typer.Option(min=0.01, max=1.0, help="Share at which a peak begins.")] = 0.6,
    hysteresis: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How far below that its share must fall for a peak to end.")
    ] = 0.2,
    seconds: Annotated[float, typer.Option(min=0.0, help="The shortest peak.")] = 2.0,
    analyzer: Annotated[str | None, typer.Option(help="An analyzer of the session; by default the first.")] = None,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Find who comes and goes, peaks of shares, changes of level and unusual moments, each on a tier of its own.

    What was found before is replaced; what a person changed or deleted of it is left as it is.
    """
    from monitor.errors import ConfigError
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor_studies.finding.session_events import find_events

    if hysteresis > level:
        raise ConfigError(f"--hysteresis {hysteresis:g} is more than --level {level:g}; the peak would never end")
    tiers = tuple(what) if what else tuple(Tier)
    search = Search(tiers=tiers, analyzer=analyzer, level=level, hysteresis=hysteresis, seconds=seconds)
    with Store(load_settings(config, store=store).store) as opened:
        found = opened.session(session)
        counts = find_events(opened, found, search)
    words = ", ".join(f"{count} on tier {tier}" for tier, count in counts.items())
    print(f"session {found.id}: {words}; `monitor events list {found.id}` shows them")
