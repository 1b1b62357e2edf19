"""A real face with its mesh."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.testing.samples import PORTRAIT_MESH


@pytest.fixture(scope="session")
def portrait() -> NDArray[np.uint8]:
    """The astronaut of scikit-image, uint8 (512, 512, 3)."""
    from skimage import data

    return np.ascontiguousarray(data.astronaut())


@pytest.fixture(scope="session")
def portrait_mesh() -> NDArray[np.float32]:
    """Its mesh, float32 (478, 3) in fractions of it."""
    return np.load(PORTRAIT_MESH, allow_pickle=False)
