"""What plugins may use of the dashboard, as docs/plugins.md lists it."""

from __future__ import annotations

import re
from pathlib import Path

from monitor_dashboard import page_parts

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"


def test_the_guide_lists_every_part_and_no_other() -> None:
    section = GUIDE.read_text(encoding="utf-8").split("### register_pages")[1].split("### register_sinks")[0]
    assert sorted(re.findall(r"^\| `(\w+)\(", section, re.MULTILINE)) == sorted(page_parts.__all__)


def test_every_part_is_there_and_documented() -> None:
    for name in page_parts.__all__:
        assert getattr(page_parts, name).__doc__
