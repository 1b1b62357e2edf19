"""Live streams in the queue, so that whoever watches one has it on lease, as a recording."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from monitor.errors import ConfigError
from monitor.sources.address import redacted
from monitor.sources.live_input import stream_input
from monitor.store import Store, queue


def enqueue_streams(store: Store, recipe: str, addresses: Sequence[str], places: int) -> None:
    """Put streams into the queue, to be watched from now on in sessions of their own; those that are there already,
    because whoever watched them was killed, are gone on with in theirs.

    Raises SourceError for what is no address of a stream, ConfigError for more streams than there are places for, and
    where somebody watches them.
    """
    for address in addresses:
        stream_input(address)
    if len(set(addresses)) < len(addresses):
        twice = next(address for address in addresses if addresses.count(address) > 1)
        raise ConfigError(f"{redacted(twice)} is named twice; name each stream once")
    if len(addresses) > places:
        raise ConfigError(f"the cluster has room for {places} streams, not for {len(addresses)}; add machines")
    watched = queue.lent(store, recipe)
    if watched:
        raise ConfigError(
            f"{watched[0].shown_path} is watched with these settings by {watched[0].worker}; end that, or wait for "
            f"{queue.LEASE_SECONDS:.0f} s if it is gone"
        )
    files = [queue.File(each, 0, hashlib.sha256(each.encode()).hexdigest()) for each in addresses]
    queue.enqueue(store, files, recipe, again=True)
