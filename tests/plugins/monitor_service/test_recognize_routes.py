"""Pictures recognised over HTTP: what comes back, and what is refused, always in one shape."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.made_pictures import HUGE_GIF, encoded, png_header
from tests.plugins.monitor_service.conftest import NO_FACE, TWO_FACES, Mood, Service, faces, held_back, wait_until

BINARY = {"Content-Type": "application/octet-stream"}
NOISE = np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)


def recognize(service: Service, content: bytes, **query: str) -> dict[str, object]:
    response = service.client.post("/v1/recognize", content=content, headers=BINARY, params=query)
    assert response.status_code == 200, response.text
    (picture,) = response.json()["pictures"]
    return picture


def test_faces_are_found_and_judged_from_left_to_right(service: Service) -> None:
    picture = recognize(service, TWO_FACES)
    assert (picture["width"], picture["height"], picture["faults"]) == (200, 100, {})
    assert [face["number"] for face in picture["faces"]] == [1, 2]
    assert picture["faces"][0]["box"] == pytest.approx({"left": 0.05, "top": 0.2, "right": 0.2, "bottom": 0.6})
    said = [(seen["analyzer"], seen["subject"]) for seen in picture["observations"]]
    assert said == [("mood", 1), ("mood", 2), ("brightness", None)]
    happiness = [seen["scores"]["happiness"] for seen in picture["observations"][:2]]
    assert happiness == pytest.approx([0.2, 0.8])


def test_without_a_face_there_is_nothing_to_say_of_faces(service: Service) -> None:
    picture = recognize(service, NO_FACE, analyzers="mood")
    assert (picture["faces"], picture["observations"]) == ([], [])


@pytest.mark.parametrize(
    "query", ["?analyzers=brightness", "?analyzers=brightness,mood", "?analyzers=mood&analyzers=brightness"]
)
def test_analyzers_are_chosen_by_query(service: Service, query: str) -> None:
    response = service.client.post(f"/v1/recognize{query}", content=TWO_FACES, headers=BINARY)
    said = {seen["analyzer"] for seen in response.json()["pictures"][0]["observations"]}
    assert said == {name for name in ("mood", "brightness") if name in query}


def test_several_pictures_in_one_form(service: Service) -> None:
    files = [("picture", ("a.png", TWO_FACES)), ("picture", ("b.png", NO_FACE))]
    pictures = service.client.post("/v1/recognize", files=files).json()["pictures"]
    assert [(picture["name"], len(picture["faces"])) for picture in pictures] == [("a.png", 2), ("b.png", 0)]


@pytest.mark.parametrize("kind", ["CMYK", "16 bit", "turned", "animated"])
def test_odd_pictures_are_read_as_they_are_meant(service: Service, kind: str) -> None:
    upright = faces((10, 20, 30, 40, 51))
    if kind == "CMYK":
        content = encoded(upright, "tiff", "CMYK")
    elif kind == "16 bit":
        content = encoded(np.full((100, 200), 120 << 8, np.uint16), "png")
    elif kind == "turned":
        exif = Image.Exif()
        exif[0x0112] = 8  # held on its side: what is stored has to be turned a quarter to the left
        content = encoded(np.ascontiguousarray(np.rot90(upright, -1)), "png", exif=exif)
    else:
        content = encoded(upright, "gif", save_all=True, append_images=[Image.fromarray(faces())])
    picture = recognize(service, content, analyzers="mood")
    assert (picture["width"], picture["height"]) == (200, 100)
    boxes = [face["box"] for face in picture["faces"]]
    expected = [] if kind == "16 bit" else [pytest.approx({"left": 0.05, "top": 0.2, "right": 0.2, "bottom": 0.6})]
    assert boxes == expected


def test_requests_that_wait_together_are_one_batch(service: Service) -> None:
    Mood.batches.clear()
    with held_back(), ThreadPoolExecutor(6) as clients:
        answers = [clients.submit(recognize, service, TWO_FACES, analyzers="mood")]
        Mood.began.wait(120)
        answers.append(clients.submit(recognize, service, TWO_FACES, analyzers="mood"))
        wait_until(lambda: service.runs.shared.waiting == 1)  # the faces of the second batch have been found meanwhile
        answers += [clients.submit(recognize, service, TWO_FACES, analyzers="mood") for _ in range(4)]
        wait_until(lambda: service.desk.queue.waiting == 4)
        Mood.go_on.set()
    assert {len(answer.result()["faces"]) for answer in answers} == {2}
    assert Mood.batches == [1, 1, 4]


def test_a_picture_that_makes_an_analyzer_fail_spoils_its_own_answer_only(service: Service) -> None:
    spoiled = encoded(faces((10, 20, 30, 40, 255)))
    files = [("picture", ("good.png", TWO_FACES)), ("picture", ("bad.png", spoiled))]
    good, bad = service.client.post("/v1/recognize", files=files).json()["pictures"]
    assert good["faults"] == {}
    assert bad["faults"] == {"mood": "ValueError: too green"}
    assert [seen["analyzer"] for seen in bad["observations"]] == ["brightness"]


BAD = {
    "not a picture": (b"hello", BINARY, "", 400, "wrong_picture", "InvalidImage"),
    "half a picture": (encoded(NOISE[:90], "jpeg")[:4000], BINARY, "", 400, "wrong_picture", "InvalidImage"),
    "6,000 megapixels in the header": (
        png_header(100_000, 60_000), BINARY, "", 413, "picture_too_large", "InvalidImageSize",
    ),
    "4,300 megapixels in a GIF": (HUGE_GIF, BINARY, "", 413, "picture_too_large", "InvalidImageSize"),
    "more pixels than allowed": (
        encoded(np.zeros((1001, 1000, 3), np.uint8)), BINARY, "", 413, "picture_too_large", "InvalidImageSize",
    ),
    "empty body": (b"", BINARY, "", 400, "empty_body", "InvalidImageSize"),
    "wrong type": (TWO_FACES, {"Content-Type": "text/plain"}, "", 415, "wrong_type", "BadArgument"),
    "no type": (TWO_FACES, {}, "", 415, "wrong_type", "BadArgument"),
    "too large": (encoded(NOISE), BINARY, "", 413, "body_too_large", "InvalidImageSize"),
    "not JSON": (b"{", {"Content-Type": "application/json"}, "", 400, "wrong_json", "BadArgument"),
    "an address": (
        b'{"url": "http://127.0.0.1/a.png"}', {"Content-Type": "application/json"}, "", 403, "wrong_url", "InvalidURL",
    ),
}  # fmt: skip
"""What is sent -> the status, this service's code and the retired API's."""


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("path", ["/v1/recognize", "/emotion/v1.0/recognize"])
def test_bad_input(service: Service, path: str, bad: str) -> None:
    content, headers, query, status, code, retired = BAD[bad]
    response = service.client.post(path + query, content=content, headers=headers)
    assert (response.status_code, problem(response)) == (status, retired if "emotion" in path else code)


def test_a_body_without_a_stated_length_is_cut_off_too(service: Service) -> None:
    pieces = (bytes(100_000) for _ in range(30))
    response = service.client.post("/v1/recognize", content=pieces, headers=BINARY)
    assert (response.status_code, problem(response)) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/v1/recognize?analyzers=mod", 422, "unknown_analyzer"),
        ("GET", "/v1/recognize", 405, "wrong_method"),
        ("GET", "/v2/recognize", 404, "not_found"),
    ],
)
def test_wrong_requests(service: Service, method: str, path: str, status: int, code: str) -> None:
    response = service.client.request(method, path, content=TWO_FACES, headers=BINARY)
    assert (response.status_code, problem(response)) == (status, code)
    if code == "unknown_analyzer":
        assert "did you mean 'mood'?" in response.json()["error"]["message"]


def test_a_form_with_too_many_pictures_or_none(service: Service) -> None:
    many = service.client.post("/v1/recognize", files=[("picture", ("a.png", NO_FACE))] * 5)
    assert (many.status_code, problem(many)) == (400, "wrong_request")
    none = service.client.post("/v1/recognize", data={"a": "b"}, files={})
    assert (none.status_code, problem(none)) == (415, "wrong_type")
    empty = service.client.post("/v1/recognize", files=[("picture", ("a.png", b""))])
    assert (empty.status_code, problem(empty)) == (400, "empty_body")


def problem(response: httpx.Response) -> str:
    """The code of an error; its body has exactly the one shape."""
    assert response.headers["content-type"] == "application/json"
    body = json.loads(response.content)
    assert list(body) == ["error"]
    assert sorted(body["error"]) == ["code", "message"]
    assert body["error"]["message"]
    return body["error"]["code"]


def test_the_openapi_document_names_every_way_to_send_a_picture(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    operation = document["paths"]["/v1/recognize"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "application/octet-stream", "application/json", "multipart/form-data",
    }  # fmt: skip
    page = service.client.get("/docs")
    assert "/emotion/v1.0/recognize" in page.text
    for field in (
        "pictures[].faces[].box.left",
        "[].faceRectangle.width",
        "at_seconds",
        "[].subjects[].measures.*.mean",
    ):
        assert f"<code>{field}</code>" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_openapi_document_tells_where_tokens_stand_and_the_one_shape_of_errors(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    assert {each["type"] for each in document["components"]["securitySchemes"].values()} == {"http", "apiKey"}
    assert {} in document["security"]  # where no token is asked for
    shapes = {
        response["content"]["application/json"]["schema"]["$ref"]
        for operations in document["paths"].values()
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if status >= "400"
    }
    assert shapes == {"#/components/schemas/ProblemAnswer"}
    assert {"401", "422", "503"} <= set(document["paths"]["/v1/sessions"]["get"]["responses"])
