"""Two views of one person that differ as two shots of a film do: in light, size, sharpness, framing and background."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_people.appearance.crops import crops
from monitor_train.person.pictured_people import PicturedPerson

REPLACED = 0.6
"""How often another background is put behind the person."""


def view(person: PicturedPerson, elsewhere: NDArray[np.uint8], size: int, random: Generator) -> NDArray[np.uint8]:
    """Face and head, uint8 (2, size, size, 3); `elsewhere` (height, width, 3) may become the background."""
    image = person.image
    if random.random() < REPLACED:
        image = before(image, person.matte, background(elsewhere, (image.shape[0], image.shape[1]), random))
    image = lit(image, random)
    image = worse(image, random)
    box = moved(person.box, random)
    if random.random() < 0.5:
        image, box = np.ascontiguousarray(image[:, ::-1]), (1 - box[2], box[1], 1 - box[0], box[3])
    return crops(image, box, size)


def background(elsewhere: NDArray[np.uint8], size: tuple[int, int], random: Generator) -> NDArray[np.uint8]:
    """A wall of one colour, or another picture, (height, width, 3) of that size."""
    if random.random() < 0.5:
        return np.full((*size, 3), random.integers(0, 256, 3), np.uint8)
    return np.asarray(cv2.resize(elsewhere, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def before(image: NDArray[np.uint8], matte: NDArray[np.uint8], wall: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The person in front of `wall`."""
    inside = matte[..., None] / np.float32(255)
    return np.asarray(np.rint(inside * image + (1 - inside) * wall), np.uint8)


def lit(image: NDArray[np.uint8], random: Generator) -> NDArray[np.uint8]:
    """In another light: exposure, contrast, colour, and from one side more than from the other."""
    height, width, _ = image.shape
    levels = (image / np.float32(255)) ** np.float32(np.exp(random.normal(0, 0.3)))
    levels = levels * np.exp(random.normal(0, 0.3)) * np.exp(random.normal(0, 0.12, 3))
    across, down = random.normal(0, 0.35, 2)
    slope = across * np.linspace(-1, 1, width)[None, :] + down * np.linspace(-1, 1, height)[:, None]
    levels = levels * np.clip(1 + slope, 0.3, 1.7)[..., None]
    if random.random() < 0.1:
        levels = np.repeat(levels.mean(axis=-1, keepdims=True), 3, axis=-1)
    return np.asarray(np.rint(255 * np.clip(levels, 0, 1)), np.uint8)


def worse(image: NDArray[np.uint8], random: Generator) -> NDArray[np.uint8]:
    """Smaller and enlarged again, blurred, noisy, or as a strongly compressed JPEG."""
    height, width, _ = image.shape
    if random.random() < 0.5:
        zoom = random.uniform(0.3, 0.9)
        small = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        image = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    if random.random() < 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.5)), np.uint8)
    if random.random() < 0.3:
        noisy = image + random.normal(0, random.uniform(2, 12), image.shape)
        image = np.rint(noisy.clip(0, 255)).astype(np.uint8)
    if random.random() < 0.3:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(20, 70))])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return image


def moved(box: Box, random: Generator) -> Box:
    """As another detector might have found the face."""
    width, height = box[2] - box[0], box[3] - box[1]
    x = (box[0] + box[2]) / 2 + random.normal(0, 0.06) * width
    y = (box[1] + box[3]) / 2 + random.normal(0, 0.06) * height
    zoom = np.exp(random.normal(0, 0.1))
    return (x - zoom * width / 2, y - zoom * height / 2, x + zoom * width / 2, y + zoom * height / 2)
