"""Who is let into a dashboard that more than this machine can reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from monitor.errors import ConfigError
from monitor.store import Store
from monitor.store.tokens import new_token, remove_token
from monitor_dashboard.entrance import Entrance
from monitor_dashboard.options import DashboardOptions, asks_for_token


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "pages.db", create=True) as store:
        yield store


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    """A client of a page, a health check and a WebSocket behind the entrance."""

    async def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("a page")

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("live")
        await websocket.close()

    routes = [Route("/", page), Route("/_stcore/health", page), WebSocketRoute("/_stcore/stream", socket)]
    app = Starlette(routes=routes, middleware=[Middleware(Entrance, store)])
    with TestClient(app, base_url="https://studio") as client:
        yield client


def live(client: TestClient) -> str:
    with client.websocket_connect("wss://studio/_stcore/stream") as websocket:
        return websocket.receive_text()


def test_a_token_opens_pages_and_streams(client: TestClient, store: Store) -> None:
    secret = new_token(store, "control")
    asked = client.get("/")
    assert (asked.status_code, 'name="token"' in asked.text) == (401, True)
    assert client.get("/_stcore/health").text == "a page"
    with pytest.raises(WebSocketDisconnect):
        live(client)
    entered = client.post("/enter", data={"token": f" {secret} "}, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "secure"))
    assert (client.get("/").text, live(client)) == ("a page", "live")
    remove_token(store, 1)
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    ("came_from", "goes_to"),
    [
        ("/session?session=3&at=95.5", "/session?session=3&at=95.5"),
        ("/enter", "/"),
        ("//pages.example.org/session", "/"),
        ("/\\pages.example.org", "/"),
    ],
)
def test_it_leads_to_the_page_that_was_asked_for(
    client: TestClient, store: Store, came_from: str, goes_to: str
) -> None:
    headers = {"Referer": f"https://studio{came_from}"}
    form = {"token": new_token(store, "control")}
    entered = client.post("/enter", data=form, headers=headers, follow_redirects=False)
    assert entered.headers["location"] == goes_to


def test_programs_send_it_as_a_header(client: TestClient, store: Store) -> None:
    secret = new_token(store, "control")
    assert client.get("/", headers={"Authorization": f"Bearer {secret}"}).text == "a page"
    assert client.get("/", headers={"Authorization": f"Bearer {secret[:-1]}"}).status_code == 401


@pytest.mark.parametrize("form", ["token=wrong", "token=", "", "x=1", "token=%FF" + 5000 * "x"])
def test_a_wrong_token_is_said_to_be(client: TestClient, form: str) -> None:
    answer = client.post("/enter", content=form)
    assert (answer.status_code, "This token is not known here" in answer.text) == (401, True)
    assert "set-cookie" not in answer.headers


def test_pages_write_so_a_token_that_only_reads_does_not_do(client: TestClient, store: Store) -> None:
    answer = client.post("/enter", data={"token": new_token(store, "read")})
    assert answer.status_code == 401


def test_it_asks_away_from_loopback_and_does_not_start_without_a_token(store: Store) -> None:
    always = DashboardOptions(require_token=True)
    assert not asks_for_token("127.0.0.1", "nowhere.db", DashboardOptions())
    new_token(store, "read")
    for address, options in (("0.0.0.0", DashboardOptions()), ("127.0.0.1", always)):
        with pytest.raises(ConfigError, match=r"the dashboard at .*`monitor token new --scope control` makes one"):
            asks_for_token(address, store.address, options)
    new_token(store, "control")
    assert asks_for_token("0.0.0.0", store.address, DashboardOptions())
