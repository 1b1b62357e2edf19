from __future__ import annotations

import numpy as np
import pytest

from monitor_people.thinning import thinned


@pytest.mark.parametrize(("size", "step"), [((12, 20), 4), ((13, 22), 4), ((3, 5), 1), ((2, 2), 7)])
def test_every_few_pixels_are_kept_as_they_are(size: tuple[int, int], step: int) -> None:
    rows, columns = np.indices(size)
    image = np.stack([rows, columns, rows + columns], axis=-1).astype(np.uint8)
    few = thinned(image, step)
    assert few.shape == (max(1, size[0] // step), max(1, size[1] // step), 3)
    np.testing.assert_allclose(few[..., 0], image[::step, ::step, 0][: few.shape[0], : few.shape[1]], atol=1)
    np.testing.assert_array_equal(few[..., 2], few[..., 0] + few[..., 1])
