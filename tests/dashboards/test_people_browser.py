"""Ten people named, joined and parted by clicking, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from monitor.store import Store
from monitor.store.identities import Identities
from tests.plugins.monitor_people.made_up_people import made_up_people

PEOPLE = 10


def test_ten_people_are_named_joined_and_parted_by_clicking(
    page: Page, store: Store, store_path: Path, serve_dashboard: Callable[[Path], str]
) -> None:
    session = made_up_people(store, PEOPLE, shots=2)
    identities = Identities(store, session)
    (source,) = identities.source_ids()
    by_number = {person.number: person for person in identities.people()}
    for number in range(3, PEOPLE + 1):
        identities.merge([by_number[number], by_number[number + PEOPLE]])
    page.goto(f"{serve_dashboard(store_path)}/session?session={session.id}")
    page.get_by_role("link", name="Name, join and part people").click()
    cards, board = page.locator(".monitor-board .person"), page.locator(".monitor-board")
    expect(cards).to_have_count(PEOPLE + 2)
    expect(cards.first.locator("img")).to_have_js_property("naturalWidth", 96)

    expect(board.locator(".pair")).to_have_count(2)
    board.locator(".pair").get_by_role("button", name="Join").first.click()
    expect(cards).to_have_count(PEOPLE + 1)
    left = next(person.number for person in identities.people() if len(person.tracks) == 1)
    for number in (left, left + PEOPLE):
        board.get_by_label(f"Choose person {number}", exact=True).check()
    board.get_by_role("button", name="Join 2 people").click()
    expect(cards).to_have_count(PEOPLE)
    for person in range(1, PEOPLE + 1):
        name = board.get_by_label(f"Name of person {person}", exact=True)
        name.fill(f"Name {person}")
        name.press("Enter")
        expect(board.get_by_label(f"Name of Name {person}", exact=True)).to_have_value(f"Name {person}")
    assert [(each.name, each.tracks) for each in identities.people()] == [
        (f"Name {person}", (person, person + PEOPLE)) for person in range(1, PEOPLE + 1)
    ]

    third, fourth = cards.nth(2), cards.nth(3)
    third.locator(".track").nth(1).click()
    expect(board.locator(".chosen")).to_have_text("1 track")
    board.get_by_role("button", name="Somebody else from here on").click()
    expect(cards).to_have_count(PEOPLE + 1)
    cards.last.locator(".track").click()
    fourth.get_by_role("button", name="Give to Name 4").click()
    expect(cards).to_have_count(PEOPLE)
    expect(fourth.locator(".track")).to_have_count(3)
    board.get_by_label("Choose Name 5", exact=True).check()
    board.get_by_role("button", name="Leave out of all shares").click()
    expect(cards.last.locator(".seen")).to_contain_text("Left out")
    assert store.count_people(session, source_id=source) == PEOPLE - 1

    board.get_by_label("Name of Name 1", exact=True).fill("Name 2")
    board.get_by_label("Name of Name 1", exact=True).press("Enter")
    expect(page.get_by_role("alert").filter(has_text="is person 2 of this source already")).to_be_visible()
    for _ in range(3):
        undo = board.get_by_role("button", name="Undo")
        words = undo.get_attribute("title")
        undo.click()
        expect(undo).not_to_have_attribute("title", words or "")
    assert [each.tracks for each in identities.people()] == [
        (person, person + PEOPLE) for person in range(1, PEOPLE + 1)
    ]
    assert not any(each.ignored for each in identities.people())
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_clicks_that_come_faster_than_the_page_is_drawn_all_count(
    page: Page, store: Store, store_path: Path, serve_dashboard: Callable[[Path], str]
) -> None:
    session = made_up_people(store, 3, shots=1)
    identities = Identities(store, session)
    for number in range(20):
        identities.name(identities.people()[0], f"Name {number}")
    page.goto(f"{serve_dashboard(store_path)}/people?session={session.id}")
    undo = page.locator(".monitor-board .undo")
    expect(undo).to_have_attribute("title", "Undo: Name 18 is called Name 19")
    page.evaluate("""async () => {
        for (let clicks = 0; clicks < 18; clicks++) {
            document.querySelector(".monitor-board .undo").click();
            await new Promise((resolve) => setTimeout(resolve, 30));
        }
    }""")
    expect(undo).to_have_attribute("title", "Undo: Name 0 is called Name 1")
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
    assert identities.people()[0].name == "Name 1"
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_what_is_pressed_or_chosen_stays_when_the_board_is_drawn_anew(
    page: Page, store: Store, store_path: Path, serve_dashboard: Callable[[Path], str]
) -> None:
    session = made_up_people(store, 3, shots=2)
    identities = Identities(store, session)
    identities.name(identities.people()[0], "Ann")
    page.goto(f"{serve_dashboard(store_path)}/people?session={session.id}")
    board = page.locator(".monitor-board")
    board.get_by_label("Choose person 2", exact=True).check()
    third = board.get_by_label("Choose person 3", exact=True)
    third.hover()
    page.mouse.down()
    page.evaluate("document.querySelector('.monitor-board .undo').click()")
    expect(page.get_by_text("Undone:")).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
    page.mouse.up()
    expect(board.locator(".chosen")).to_have_text("person 2, person 3")
    expect(board.get_by_label("Name of person 1", exact=True)).to_have_value("")
    expect(third).to_be_focused()
    page.keyboard.press("Space")
    expect(board.locator(".chosen")).to_have_text("person 2")
    expect(third).to_be_focused()
