"""The lookahead against a reference that sees the whole stream at once."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.lookahead import REORDER_LIMIT, sampled


@dataclass
class Packet:
    pts: int | None
    dts: int | None


@st.composite
def reordered_streams(draw: st.DrawFn) -> list[Packet]:
    """Packets whose decoding order differs from the order they are shown in, by up to 16 places."""
    steps = draw(st.lists(st.integers(1, 30), min_size=1, max_size=120))
    shown = [sum(steps[: place + 1]) for place in range(len(steps))]
    group = draw(st.integers(1, 16))
    order = [place for begin in range(0, len(shown), group) for place in draw(_shuffles(begin, group, len(shown)))]
    delay = 31 * group
    return [Packet(shown[place], shown[number] - delay) for number, place in enumerate(order)]


def _shuffles(begin: int, group: int, end: int) -> st.SearchStrategy[list[int]]:
    return st.permutations(range(begin, min(begin + group, end)))


@given(reordered_streams(), st.integers(1, 100), st.integers(0, 500))
def test_marks_the_first_picture_of_every_period(packets: list[Packet], every: int, start: int) -> None:
    moments = sorted(packet.pts for packet in packets if packet.pts is not None)
    expected = {min(t for t in moments if (t - start) // every == (one - start) // every) for one in moments}
    marked = list(sampled(packets, lambda pts: (pts - start) // every))
    assert [packet for packet, _ in marked] == packets
    assert {packet.pts for packet, is_sampled in marked if is_sampled} == {t for t in expected if t >= start}


@given(st.lists(st.tuples(st.none() | st.integers(0, 999), st.none() | st.integers(0, 999)), max_size=200))
def test_broken_timestamps_lose_no_packet_and_fill_no_memory(times: list[tuple[int | None, int | None]]) -> None:
    packets = [Packet(*pair) for pair in times]
    waiting = 0

    def counted() -> object:
        nonlocal waiting
        for packet in packets:
            waiting += 1
            assert waiting <= REORDER_LIMIT + 1
            yield packet

    seen = []
    for packet, is_sampled in sampled(counted(), lambda pts: pts // 10):  # type: ignore[type-var]
        waiting -= 1
        seen.append(packet)
        assert is_sampled or packet.pts is not None
    assert seen == packets
