from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_people.appearance.network import Appearance

BOX = (0.34, 0.13, 0.54, 0.36)


@pytest.fixture(scope="module")
def appearance() -> Appearance:
    return Appearance()


def test_a_person_is_like_themselves_in_another_light_and_unlike_another(
    appearance: Appearance, portrait: NDArray[np.uint8]
) -> None:
    from skimage import data

    one = appearance(portrait, BOX)
    darker = appearance((portrait * 0.7).astype(np.uint8), BOX)
    other = appearance(np.ascontiguousarray(data.cat()), (0.3, 0.2, 0.6, 0.7))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one @ darker > 0.85
    assert one @ other < 0.6


def test_left_and_right_do_not_count(appearance: Appearance, portrait: NDArray[np.uint8]) -> None:
    mirrored = np.ascontiguousarray(portrait[:, ::-1])
    box = (1 - BOX[2], BOX[1], 1 - BOX[0], BOX[3])
    assert appearance(portrait, BOX) @ appearance(mirrored, box) > 0.98  # crops are cut at whole pixels


def test_the_model_has_a_name_that_tells_versions_apart(appearance: Appearance) -> None:
    assert appearance.model.startswith("person-appearance 2 ")
