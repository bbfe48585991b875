"""Large files in a real browser: a line that breaks, a pause, another device, and what comes of the finished upload."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import VisitorFor
from tests.learning.folders import files, outline

AUTHOR = "mardiana@contoh.go.id.test"
PORTIONS = re.compile(r"/learning/uploads/[^/]+/$")
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder of some megabytes."""
    course = outline()
    course.update(slug="kursus-besar", title="Kursus besar")
    place = tmp_path_factory.mktemp("kursus") / "kursus-besar.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files(course).items():
            archive.writestr(name, content)
        archive.writestr("media/lampiran.txt", ("Baris lampiran.\n" * (12 * MEGABYTE // 16))[: 4 * MEGABYTE])
    return place


def choose(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", file)


def allow(page: Page, portions: int) -> list[int]:
    """Let so many portions through; then the line is dead. Returns a list whose length counts what was tried."""
    tried: list[int] = []

    def line(route: Route) -> None:
        if route.request.method == "PATCH":
            tried.append(len(tried))
            if len(tried) > portions:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route(PORTIONS, line)
    return tried


def test_an_upload_goes_on_on_a_second_device(visitor: VisitorFor, large: Path) -> None:
    phone = visitor(AUTHOR)
    phone.open("/learning/managed/import/")
    expect(phone.page.locator("[data-portions]")).to_be_visible()
    expect(phone.page.locator("[data-plain]")).to_be_hidden()
    tried = allow(phone.page, 1)
    choose(phone.page, large)
    said = phone.page.locator("[data-said]")
    expect(said).to_contain_text("Sambungan terputus")
    assert len(tried) >= 2
    phone.errors.clear()  # the dead line stands in the console
    phone.look()
    office = visitor(AUTHOR, desktop=True)
    office.open("/learning/managed/import/")
    expect(office.page.locator("main")).to_contain_text("Pilih berkas yang sama di atas untuk melanjutkan")
    office.look()
    offsets: list[str] = []
    office.page.on(
        "request",
        lambda request: offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None,
    )
    choose(office.page, large)
    expect(office.page.locator("[data-said]")).to_contain_text("Unggahan selesai")
    assert offsets
    assert int(offsets[0]) == MEGABYTE, "the second device began where the first had stopped"
    office.look()
    office.page.click("button[value=check]")
    expect(office.page.locator("h2", has_text="Folder ini siap diimpor")).to_be_visible()
    office.look()
    office.page.click("button[value=keep]")
    office.page.get_by_role("link", name="Lihat drafnya").click()
    expect(office.page.locator("h1")).to_contain_text("Kursus besar")


def test_pause_reload_and_cancel(visitor: VisitorFor, large: Path) -> None:
    author = visitor(AUTHOR)
    page = author.page
    author.open("/learning/managed/import/")
    allow(page, 1)
    choose(page, large)
    expect(page.locator("[data-said]")).to_contain_text("Sambungan terputus")
    page.click("[data-pause]")
    expect(page.locator("[data-said]")).to_contain_text("Dijeda pada")
    page.click("button[value=keep]")
    expect(page.locator("[data-said]")).to_contain_text("Tunggu sampai unggahan selesai")
    author.errors.clear()
    page.unroute_all()
    page.reload()
    page.evaluate(
        "document.querySelectorAll('[data-known]').forEach(one => one.remove())"
    )  # only this browser's own memory
    allow(page, 0)
    choose(page, large)
    expect(page.locator("[data-bar]")).not_to_have_attribute("value", "0")
    page.click("[data-cancel]")
    expect(page.locator("[data-said]")).to_contain_text("Unggahan dibatalkan")
    author.errors.clear()
    page.unroute_all()
    page.reload()
    expect(page.locator("main")).not_to_contain_text("Unggahan Anda")


def test_a_form_sent_too_early_goes_by_itself(visitor: VisitorFor, large: Path) -> None:
    author = visitor(AUTHOR)
    page = author.page
    author.open("/learning/managed/import/")
    held: list[Route] = []
    page.route(PORTIONS, lambda route: held.append(route) if not held else route.continue_())
    choose(page, large)
    expect(page.locator("[data-pause]")).to_be_visible()
    page.click("button[value=check]")
    expect(page.locator("[data-said]")).to_contain_text("terkirim sendiri begitu unggahan selesai")
    author.look()
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator("h2", has_text="Folder ini siap diimpor")).to_be_visible()


def test_refusals_are_sentences(visitor: VisitorFor, tmp_path: Path) -> None:
    author = visitor(AUTHOR)
    author.open("/learning/managed/import/")
    fake = tmp_path / "palsu.zip"
    fake.write_bytes(b"MZ" + b"x" * 5_000)
    choose(author.page, fake)
    expect(author.page.locator("[data-said]")).to_contain_text("tidak sesuai dengan akhiran namanya")
    author.errors.clear()
    author.look()


def test_without_script_the_form_does_it_alone(visitor: VisitorFor, large: Path) -> None:
    author = visitor(AUTHOR, script=False)
    author.open("/learning/managed/import/")
    expect(author.page.locator("[data-plain]")).to_contain_text("200 MB")
    choose(author.page, large)
    author.page.click("button[value=check]")
    expect(author.page.locator("h2", has_text="Folder ini siap diimpor")).to_be_visible()
