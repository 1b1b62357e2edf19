"""A recording that appears is told once it has stood still."""

from __future__ import annotations

from pathlib import Path

from monitor_archive.arrivals import Arrivals


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_file_is_told_once_when_it_does_not_change_any_more(tmp_path: Path) -> None:
    clock = Clock()
    arrivals = Arrivals(tmp_path, None, 10.0, clock)

    def look(seconds: float) -> list[str]:
        clock.seconds = seconds
        found = arrivals.look()
        assert found.problems == []
        arrivals.taken()
        return [Path(each.path).name for each in found.files]

    growing = tmp_path / "growing.mp4"
    (tmp_path / "whole.mp4").write_bytes(b"whole")
    growing.write_bytes(b"1")
    assert look(0) == []
    assert look(9) == []
    growing.write_bytes(b"12")
    assert look(10) == ["whole.mp4"]
    assert look(19) == []
    assert look(20) == ["growing.mp4"]
    assert look(100) == []
    growing.write_bytes(b"123")
    assert look(101) == []
    assert look(111) == ["growing.mp4"]


def test_what_the_store_did_not_take_is_told_again(tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path, None, 0.0)
    (tmp_path / "a.mp4").write_bytes(b"a")
    first = arrivals.look().files
    (tmp_path / "b.mp4").write_bytes(b"b")
    assert [Path(each.path).name for each in first] == ["a.mp4"]
    assert [Path(each.path).name for each in arrivals.look().files] == ["a.mp4", "b.mp4"]
    arrivals.taken()
    assert arrivals.look().files == []


def test_a_problem_is_told_once(tmp_path: Path) -> None:
    clock = Clock()
    arrivals = Arrivals(tmp_path, None, 0.0, clock)
    (tmp_path / "gone.mp4").symlink_to("nowhere.mp4")
    assert len(arrivals.look().problems) == 1
    assert arrivals.look().problems == []
