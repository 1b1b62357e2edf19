"""Profiles are found by name and by size."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor_train.face.profile import PROFILES, profile, profile_of


def test_a_profile_is_found_by_name_and_by_the_size_of_its_pictures() -> None:
    for name, size, channels in (("compact", 64, 1), ("paper", 224, 3)):
        assert profile(name) is profile_of(size) is PROFILES[name]
        assert PROFILES[name].channels == channels


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="--profile huge: there are compact, paper"):
        profile("huge")
    with pytest.raises(ConfigError, match="no profile has pictures of 99 pixels; there are compact, paper"):
        profile_of(99)
