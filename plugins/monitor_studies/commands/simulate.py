"""`monitor study fit` and `monitor study simulate`: how often tests and intervals are right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor_studies.commands.options import Config, Seed, StoreAddress
from monitor_studies.commands.tables import new_table, print_table

if TYPE_CHECKING:
    from monitor_studies.statistics.recordings import RecordingModel


def fit(
    session: Annotated[str, typer.Argument(help="Number or name of a session, or `latest`.")] = "latest",
    analyzer: Annotated[str | None, typer.Option(help="An analyzer of the session; by default its first.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; standard output by default.")
    ] = None,
    seed: Seed = 0,
    store: StoreAddress = None,
    config: Config = None,
) -> None:
    """Fit a model of recordings to a session: how its scores spread, and how neighbouring samples correlate.

    `monitor study simulate --model FILE` draws recordings from it. Stretches of a person of fewer than 8 samples are
    left out.
    """
    import numpy as np

    from monitor.errors import ConfigError
    from monitor.mistakes import unknown_name
    from monitor.readout.export import write_file
    from monitor.settings import load_settings
    from monitor.store import Store
    from monitor_studies.model_file import model_text
    from monitor_studies.recorded import stretches
    from monitor_studies.statistics.recordings import FEWEST, fitted

    with Store(load_settings(config, store=store).store) as opened:
        found = opened.session(session)
        name = analyzer or next(iter(found.labels), "")
        if name not in found.labels:
            raise ConfigError(f"session {found.id}: {unknown_name('analyzer', name, found.labels)}")
        long_enough = [each for each in stretches(opened, found, name) if len(each) >= FEWEST]
    try:
        model = fitted(tuple(found.labels[name]), long_enough, np.random.default_rng(seed))
    except ValueError as error:
        raise ConfigError(f"session {found.id} cannot be fitted: {error}") from None
    text = model_text(model, found.every_seconds, len(long_enough), sum(map(len, long_enough)))
    if output is None:
        sys.stdout.write(text)
    else:
        write_file(output, text)


def simulate(
    minutes: Annotated[
        list[float] | None, typer.Option(min=0.5, max=600, help="Length of a recording; may be given several times.")
    ] = None,
    sessions: Annotated[
        int, typer.Option(min=0, max=100, help="Sessions in each of two groups; 0 compares two single recordings.")
    ] = 0,
    runs: Annotated[int, typer.Option(min=10, help="Pairs of recordings, or of groups, to simulate.")] = 1000,
    label: Annotated[str | None, typer.Option(help="A label whose share differs; with --share and --more.")] = None,
    share: Annotated[float | None, typer.Option(min=0.0001, max=0.9, help="The label's share on one side.")] = None,
    more: Annotated[
        list[float] | None,
        typer.Option(
            min=0.0001, max=0.9, help="How much larger its share is on the other side; may be given several times."
        ),
    ] = None,
    model: Annotated[Path | None, typer.Option(help="A model that `monitor study fit` wrote.")] = None,
    seed: Seed = 0,
) -> None:
    """Compare simulated recordings whose truth is known, and print how often tests and intervals are right.

    Without --label there is no difference: p-values below 0.05 should then come in 5 % of the runs, and intervals hold
    the truth in 95 %. With --label, --share and --more it prints how often a difference is found, and how often its
    interval holds it.
    """
    from monitor.errors import ConfigError
    from monitor.mistakes import unknown_name
    from monitor_studies.model_file import SHIPPED, read_model

    recordings, every_seconds = read_model(model or SHIPPED)
    if sessions == 0:  # two recordings of one state of affairs
        recordings = recordings.without_sessions()
    lengths = {each: max(2, round(60 * each / every_seconds)) for each in minutes or [5.0]}
    if label is None:
        if share is not None or more:
            raise ConfigError("--share and --more say by how much a label differs: name it with --label")
        _print_error_rates(recordings, lengths, sessions, runs, seed)
        return
    if label not in recordings.labels:
        raise ConfigError(unknown_name("label", label, recordings.labels))
    if share is None or not more or share + max(more) >= 1:
        raise ConfigError(
            "--label needs --share and --more, together below 1: `--label anger --share 0.02 --more 0.02`"
        )
    _print_power(recordings, lengths, sessions, runs, seed, label, share, more)


def _print_error_rates(model: RecordingModel, lengths: dict[float, int], sessions: int, runs: int, seed: int) -> None:
    """One row per length and label: how often there was a false finding, and how often the intervals held the truth."""
    from monitor_studies.statistics.simulation import error_rates, true_shares

    table = new_table("Minutes", "Label", "Share", "p < 0.05", "Interval of difference", "Interval of share")
    truth = true_shares(model, seed)
    for minutes, samples in lengths.items():
        found = error_rates(model, samples, sessions, runs, seed)
        for place, name in enumerate(model.labels):
            row = (found.rejected, found.difference_covered, found.share_covered)
            shown = (f"{each[place]:.1%}" if each[place] == each[place] else "" for each in row)
            table.add_row(f"{minutes:g}", name, f"{truth[place]:.1%}", *shown)
    print_table(table)


def _print_power(
    model: RecordingModel,
    lengths: dict[float, int],
    sessions: int,
    runs: int,
    seed: int,
    label: str,
    share: float,
    more: list[float],
) -> None:
    """Two rows per length: how often each difference of the label's share was found, and how often its interval held
    the true difference."""
    from monitor_studies.statistics.simulation import error_rates, with_share

    place = model.labels.index(label)
    table = new_table("Minutes", "", *(f"+{each:.2%}" for each in more))
    first = with_share(model, label, share, seed)
    others = [with_share(model, label, share + each, seed) for each in more]
    for minutes, samples in lengths.items():
        found = [error_rates(first, samples, sessions, runs, seed, other=other) for other in others]
        table.add_row(f"{minutes:g}", "p < 0.05", *(f"{each.rejected[place]:.0%}" for each in found))
        table.add_row("", "interval holds it", *(f"{each.difference_covered[place]:.0%}" for each in found))
    print_table(table)
