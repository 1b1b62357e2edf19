"""The retired Emotion API's shape."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.made_pictures import encoded
from tests.plugins.monitor_service.conftest import NO_FACE, TWO_FACES, Service, faces


def test_the_quick_starts_request_works_with_the_host_changed(service: Service) -> None:
    """As its sample for Python sent it: the key in a header, the picture as octets, the answer an array of faces."""
    headers = {
        "Content-Type": "application/octet-stream",
        "Ocp-Apim-Subscription-Key": "13hc77781f7e4b19b5fcdd72a8df7156",
    }
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc)
    connection.request("POST", "/emotion/v1.0/recognize?", TWO_FACES, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert [face["faceRectangle"] for face in answer] == [
        {"left": 100, "top": 10, "width": 60, "height": 80},
        {"left": 10, "top": 20, "width": 30, "height": 40},
    ]
    for face, happiness in zip(answer, (0.8, 0.2), strict=True):
        assert sorted(face) == ["faceRectangle", "scores"]
        assert list(face["scores"]) == [
            "anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise",
        ]  # fmt: skip
        assert face["scores"]["happiness"] == pytest.approx(happiness)
        assert sum(face["scores"].values()) == pytest.approx(1)


def test_without_a_face_the_array_is_empty(service: Service) -> None:
    response = service.client.post("/emotion/v1.0/recognize", content=NO_FACE, headers={"Content-Type": "image/png"})
    assert (response.status_code, response.json()) == (200, [])


def test_a_failing_analyzer_is_an_error_in_its_shape(service: Service) -> None:
    spoiled = encoded(faces((10, 20, 30, 40, 255)))
    response = service.client.post("/emotion/v1.0/recognize", content=spoiled, headers={"Content-Type": "image/png"})
    assert response.status_code == 500
    assert response.json() == {"error": {"code": "InternalServerError", "message": "ValueError: too green"}}
