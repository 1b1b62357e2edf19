"""What `import monitor` promises."""

from __future__ import annotations

import monitor


def test_every_public_name_is_there_and_documented() -> None:
    assert sorted(monitor.__all__) == [
        "Analyzer",
        "Artifact",
        "Face",
        "Frame",
        "MonitorError",
        "Observation",
        "Register",
        "Sample",
        "hookimpl",
    ]
    for name in monitor.__all__:
        assert getattr(monitor, name).__doc__
