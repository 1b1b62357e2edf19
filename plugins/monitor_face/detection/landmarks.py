"""mediapipe's landmark network with attention, which fits the 478 points of the face mesh to one face.

Grishchenko, Ablavatski, Kartynnik, Raveendran and Grundmann, "Attention Mesh: High-fidelity Face Mesh Prediction in
Real-time", 2020, section 2: the network places a coarse mesh, cuts lips and eyes out of its features along that mesh,
and places their points, and those of the irises, anew. It cuts by three operations of mediapipe's own, which are said
here in operations of OpenVINO.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.runtimes import import_openvino
from monitor_face.detection.network import Network

SIDE = 192
"""Side of the square picture that the network sees, in pixels."""
# fmt: off
LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409, 78, 95, 88, 178, 87, 14,
    317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415, 76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306,
    184, 74, 73, 72, 11, 302, 303, 304, 408, 62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268,
    271, 272, 407,
)
LEFT_EYE = (
    33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25, 110, 24, 23, 22, 26, 112, 243,
    247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35,
    124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
)
RIGHT_EYE = (
    263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255, 339, 254, 253, 252, 256,
    341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442,
    441, 413, 265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336,
    285, 417,
)
# fmt: on
"""Points of the mesh that are placed anew, in the order of the network's outputs; left and right as one sees them."""
REGIONS = {61: LIPS, 33: LEFT_EYE, 362: RIGHT_EYE}
"""The first of the two points that say how a region is turned, as the network has it -> the points of the region."""
EYELID = 16
"""So many points of an eye lie on the rim of its lids; an iris is as deep as they are on average."""


class Landmarks:
    """Fits the mesh to pictures of one face each, for several threads at a time."""

    def __init__(self) -> None:
        self._network = Network("face_landmark/face_landmark_with_attention.tflite", extensions())

    def __call__(self, picture: NDArray[np.uint8]) -> tuple[NDArray[np.float64], float]:
        """The mesh, (478, 3) in fractions of `picture`, and how sure it is that there is a face, in [0, 1].

        `picture` is uint8 (SIDE, SIDE, 3) RGB: an upright face in the middle, two thirds of it wide or high.
        """
        answers = self._network(picture.astype(np.float32) / 255)
        coarse, lips, left_eye, right_eye, left_iris, right_iris, flag = (answer.ravel() for answer in answers)
        mesh = np.empty((478, 3))
        mesh[:468] = coarse.reshape(-1, 3)
        for points, placed in ((LIPS, lips), (LEFT_EYE, left_eye), (RIGHT_EYE, right_eye)):
            mesh[points, :2] = placed.reshape(-1, 2)
        for first, eye, iris in ((468, LEFT_EYE, left_iris), (473, RIGHT_EYE, right_iris)):
            mesh[first : first + 5, :2] = iris.reshape(-1, 2)
            mesh[first : first + 5, 2] = mesh[eye[:EYELID], 2].mean()
        return mesh / SIDE, float(1 / (1 + np.exp(-np.clip(flag[0], -100, 100))))

    def close(self) -> None:
        """Give back the model."""
        self._network.close()


def extensions() -> list[Any]:
    """What tells OpenVINO how to say the network's own operations."""
    import_openvino()
    from openvino.frontend import ConversionExtension

    said = {
        "Landmarks2TransformMatrix": _matrix_of_region,
        "TransformTensorBilinear": _cut_features,
        "TransformLandmarks": _back_from_region,
    }
    return [ConversionExtension(name, lambda node, say=say: say(node).outputs()) for name, say in said.items()]


def _matrix_of_region(node: Any) -> Any:
    """(1, 4, 4) from a region's cells to places among the features (1, 468, 3): the box around its points, turned as
    the line between its two corners is, and enlarged."""
    import openvino.opset13 as ops

    first, second = node.get_attribute("left_rotation_idx"), node.get_attribute("right_rotation_idx")
    cells = np.array([node.get_attribute("output_width"), node.get_attribute("output_height")], np.float32)
    enlarged = np.array([node.get_attribute("scale_x"), node.get_attribute("scale_y")], np.float32)
    places = ops.gather(node.get_input(0), _whole([0, 1]), _whole(2))  # (1, 468, 2)
    line = ops.subtract(ops.gather(places, _whole([second]), _whole(1)), ops.gather(places, _whole([first]), _whole(1)))
    length = ops.sqrt(ops.reduce_sum(ops.multiply(line, line), _whole([2]), keep_dims=True))
    direction = ops.divide(line, length)  # cosine and sine
    cos, sin = (ops.gather(direction, _whole([axis]), _whole(2)) for axis in (0, 1))
    turn = ops.concat([ops.concat([cos, ops.negative(sin)], 2), ops.concat([sin, cos], 2)], 1)  # (1, 2, 2)
    upright = ops.matmul(ops.gather(places, _whole(REGIONS[first]), _whole(1)), turn, False, False)
    least = ops.reduce_min(upright, _whole([1]), keep_dims=True)
    most = ops.reduce_max(upright, _whole([1]), keep_dims=True)
    step = ops.multiply(ops.subtract(most, least), _real(enlarged / cells))
    turned_step = ops.multiply(turn, step)
    middle = ops.transpose(ops.multiply(ops.add(least, most), _real(0.5)), _whole([0, 2, 1]))
    from_corner = ops.matmul(turned_step, _real(cells[:, None] / 2), False, False)
    corner = ops.subtract(ops.matmul(turn, middle, False, False), from_corner)
    upper = ops.concat([turned_step, _real(np.zeros((1, 2, 1))), corner], 2)
    return ops.concat([upper, _real([[[0, 0, 1, 0], [0, 0, 0, 1]]])], 1)


def _cut_features(node: Any) -> Any:
    """The features (1, height, width, channels) at a region's cells, between four of them in proportion."""
    import openvino.opset13 as ops

    features, matrix = node.get_input(0), node.get_input(1)
    across, down = node.get_attribute("output_width"), node.get_attribute("output_height")
    height, width = (features.get_partial_shape()[axis].get_length() for axis in (1, 2))
    x, y = np.meshgrid(np.arange(across) + 0.5, np.arange(down) + 0.5)
    cells = np.stack([x, y, np.zeros_like(x), np.ones_like(x)], axis=-1).reshape(1, -1, 4)
    places = ops.gather(ops.matmul(_real(cells), matrix, False, True), _whole([0, 1]), _whole(2))
    grid = ops.subtract(ops.multiply(places, _real([2 / width, 2 / height])), _real(1.0))  # -1 to 1, as it wants it
    cut = ops.grid_sample(
        ops.transpose(features, _whole([0, 3, 1, 2])),
        ops.reshape(grid, _whole([1, down, across, 2]), False),
        {"align_corners": False, "mode": "bilinear", "padding_mode": "zeros"},
    )
    return ops.transpose(cut, _whole([0, 2, 3, 1]))


def _back_from_region(node: Any) -> Any:
    """Points (1, n, 2) of a region's cells, at their places among the features."""
    import openvino.opset13 as ops

    turned_step, corner = (
        ops.slice(node.get_input(1), _whole([0, start]), _whole([2, stop]), _whole([1, 1]), _whole([1, 2]))
        for start, stop in ((0, 2), (3, 4))
    )
    points = ops.matmul(node.get_input(0), turned_step, False, True)
    return ops.add(points, ops.transpose(corner, _whole([0, 2, 1])))


def _whole(numbers: Any) -> Any:
    import openvino.opset13 as ops

    return ops.constant(np.asarray(numbers, np.int64))


def _real(numbers: Any) -> Any:
    import openvino.opset13 as ops

    return ops.constant(np.asarray(numbers, np.float32))
