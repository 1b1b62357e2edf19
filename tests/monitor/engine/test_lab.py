from __future__ import annotations

import numpy as np
from skimage.color import rgb2lab

from monitor.engine.lab import lab


def test_every_sixteenth_colour_is_as_scikit_image_has_it() -> None:
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1)  # (16, 16, 16, 3)
    found = lab(colours)
    assert (found.shape, found.dtype) == (colours.shape, np.float32)
    np.testing.assert_allclose(found, rgb2lab(colours), atol=0.02)
    np.testing.assert_allclose(lab(np.array([255, 255, 255], np.uint8)), [100, 0, 0], atol=1e-4)
