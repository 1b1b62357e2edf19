from __future__ import annotations

from monitor.settings import AlertSettings
from monitor.store import Source
from monitor_outlets.alerts.lost_streams import LostStreams


def source(state: str, seconds: float) -> Source:
    return Source(1, 1, "door", "live", state, 0, 0, {}, seconds, None, 0.0, 0.0, 0.0, None)


def told(*looks: tuple[str, float, float], for_seconds: float = 10.0) -> list[tuple]:
    """(since, raised, ended) from looks (state, stream time, clock) at one source."""
    streams = LostStreams([AlertSettings(name="gone", stream_lost=True, for_seconds=for_seconds, pause_seconds=0)])
    said = [each for state, seconds, now in looks for each in streams.feed([source(state, seconds)], now)]
    said += streams.close()
    return [(each.alert.since_seconds, each.alert.raised_seconds, each.alert.ended_seconds) for each in said]


def test_a_stream_that_is_gone_for_long_enough_is_an_alert_in_its_own_time():
    looks = [("running", 40.0, 1000.0), ("reconnecting", 40.5, 1001.0), ("reconnecting", 40.5, 1008.0)]
    assert told(*looks) == []
    looks += [("reconnecting", 40.5, 1011.0), ("reconnecting", 40.5, 1015.0), ("running", 56.0, 1016.0)]
    assert told(*looks) == [(40.5, 50.5, None), (40.5, 50.5, 54.5)]


def test_a_stream_that_comes_back_soon_is_none():
    assert (
        told(("reconnecting", 5.0, 0.0), ("running", 9.0, 4.0), ("reconnecting", 9.5, 5.0), ("running", 16.0, 11.5))
        == []
    )


def test_a_source_that_failed_is_lost_until_the_end():
    assert told(("failed", 5.0, 0.0), ("failed", 5.0, 10.0), ("failed", 5.0, 20.0)) == [
        (5.0, 15.0, None),
        (5.0, 15.0, 25.0),
    ]


def test_sources_that_ended_by_themselves_are_not_lost():
    assert told(("waiting", 0.0, 0.0), ("running", 1.0, 30.0), ("finished", 1.0, 60.0), for_seconds=0.0) == []


def test_other_rules_are_not_watched_here():
    assert not LostStreams([AlertSettings(name="nobody", no_face=True)]).rules
