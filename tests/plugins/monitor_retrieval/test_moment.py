"""Thumbnails of moments."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from monitor_retrieval.moment import thumbnail


def test_a_thumbnail_is_small_and_keeps_its_shape() -> None:
    for height, width, small in (
        (720, 1280, (90, 160)),
        (1280, 720, (160, 90)),
        (40, 60, (40, 60)),
        (1, 4000, (1, 160)),
    ):
        image = np.full((height, width, 3), (200, 40, 10), np.uint8)
        picture = cv2.imdecode(np.frombuffer(thumbnail(image), np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (*small, 3)
        assert picture[0, 0, ::-1] == pytest.approx((200, 40, 10), abs=6)  # red stays red
