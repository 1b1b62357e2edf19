"""Choosing what decodes, with a build of FFmpeg and a machine that are made up."""

from __future__ import annotations

from contextlib import closing

import pytest

from monitor.errors import SourceError
from monitor.sources import hardware, open_source
from monitor.sources.hardware import DEVICES, decoder_device


@pytest.fixture
def working(monkeypatch):
    """Devices that work, to be filled."""
    devices: list[str] = []
    monkeypatch.setattr(hardware, "why_not", lambda device: None if device in devices else "it is not there")
    return devices


def test_the_processor_decodes_where_nothing_else_is_asked_for_or_there(working):
    working.extend(DEVICES)
    assert decoder_device("none") is None
    working.clear()
    assert decoder_device("auto") is None


@pytest.mark.parametrize("device", DEVICES)
def test_auto_takes_what_works_and_a_name_only_that(working, device):
    working.append(device)
    for hwaccel in ("auto", device):
        chosen = decoder_device(hwaccel)
        assert chosen is not None
        assert chosen.allow_software_fallback
    (other,) = set(DEVICES) - {device}
    with pytest.raises(SourceError, match=f"hwaccel {other}: it is not there; take auto"):
        decoder_device(other)


def test_a_build_without_the_device_says_what_it_knows(monkeypatch):
    monkeypatch.setattr(hardware, "hwdevices_available", lambda: ["drm"])
    assert hardware.why_not("cuda") == "this build of PyAV does not know it, only drm"


def test_a_device_that_is_not_there_ends_the_opening_of_a_recording_with_its_name(working, clip):
    with pytest.raises(SourceError, match=r"hwaccel cuda: it is not there"):
        open_source(str(clip), every_seconds=0.5, hwaccel="cuda")
    with closing(open_source(str(clip), every_seconds=0.5, hwaccel="auto")) as source:
        assert next(iter(source.samples())).index == 0


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_picture(clip, threads):
    with closing(open_source(str(clip), every_seconds=0.5)) as usual:
        expected = [frame.image.tobytes() for frame in usual.samples()]
    with closing(open_source(str(clip), every_seconds=0.5, decoder_threads=threads)) as source:
        assert [frame.image.tobytes() for frame in source.samples()] == expected
