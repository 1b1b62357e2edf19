"""From pairs to text: adjectives stay, nouns give way to the region's label."""

from __future__ import annotations

import numpy as np
import pytest

from monitor_train.scene.anp.text import best_anps, region_text


def test_the_four_best_are_kept_in_order() -> None:
    anps = ["sad_dog", "cute_cat", "old_car", "wet_road", "warm_light", "dark_sky"]
    best = best_anps(np.array([0.05, 0.3, 0.1, 0.1, 0.4, 0.05]), anps)
    assert best == [("warm_light", 0.4), ("cute_cat", 0.3), ("old_car", 0.1), ("wet_road", 0.1)]
    assert len(best_anps(np.array([0.5, 0.5]), anps[:2])) == 2


@pytest.mark.parametrize(
    ("anps", "label", "text"),
    [
        (
            ["cute_dog", "happy_baby", "little_girl", "funny_face"],
            "person",
            "cute person happy person little person funny person",
        ),
        (["stormy_sky"], "sea", "stormy sea"),
        (["old_fire_engine"], "traffic light", "old traffic light"),
    ],
)
def test_the_noun_is_replaced_by_the_label(anps: list[str], label: str, text: str) -> None:
    """Section 3.2: the adjective part is input as it is, the noun part is replaced by the label of the segmentation."""
    assert region_text(anps, label) == text
