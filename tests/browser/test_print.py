"""What comes out of the printer: ink on white whatever the screen was set to, and no column cut off by its frame."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.conftest import VisitorFor

A4 = {"width": 794, "height": 1123}  # pixels of a sheet at 96 to the inch
LOOK = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]"


def on_paper(page: Page) -> None:
    page.set_viewport_size(A4)  # type: ignore[arg-type]  # a plain dict is what is asked for
    page.emulate_media(media="print")


@pytest.mark.parametrize("chosen", ["", "bina-dark"])
def test_a_dark_screen_prints_black_on_white(visitor: VisitorFor, chosen: str) -> None:
    person = visitor("siti@contoh.go.id.test", desktop=True, dark=True).open(reverse("competencies:profile"))
    if chosen:
        person.page.evaluate("name => document.documentElement.dataset.theme = name", chosen)
    on_paper(person.page)
    box = person.page.locator("main .card-box").first
    assert box.evaluate(LOOK) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_the_attendance_list_fits_the_sheet_with_its_column_to_sign(visitor: VisitorFor) -> None:
    person = visitor("mardiana@contoh.go.id.test", desktop=True).open(reverse("assessment:windows"))
    page = person.page
    page.get_by_role("link", name=re.compile("gelombang 2")).click()
    page.get_by_role("link", name=re.compile("^Ruang")).click()
    page.get_by_role("link", name="Ruang CAT A").click()
    on_paper(page)
    head = page.get_by_role("columnheader", name="Tanda tangan")
    spot = head.bounding_box()
    assert spot is not None
    assert spot["x"] + spot["width"] <= A4["width"]
    assert spot["width"] > 100
