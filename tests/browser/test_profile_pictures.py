"""The pictures of a profile on a phone: drawn to scale, with words for listeners, and the same without JavaScript."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import VisitorFor

SITI = "siti@contoh.go.id.test"


def dots(page: Page) -> list[tuple[float, float, float]]:
    """Of every measured row: the level that is said, where its dot stands, and the width of the picture (pixels)."""
    found = []
    for picture in page.locator("svg.standing:has(path.dot)").all():
        said = re.search(r"Tingkat (−?\d+(?:,\d+)?)", picture.get_attribute("aria-label") or "")
        assert said
        level = float(said.group(1).replace(",", ".").replace("−", "-"))
        box, dot = picture.bounding_box(), picture.locator("path.dot").bounding_box()
        assert box is not None
        assert dot is not None
        found.append((level, dot["x"] + dot["width"] / 2 - box["x"], box["width"]))
    return found


@pytest.mark.parametrize("script", [True, False])
def test_the_profile_is_drawn_to_scale(visitor: VisitorFor, script: bool) -> None:
    siti = visitor(SITI, script=script)
    siti.open("/competencies/")
    measured = dots(siti.page)
    assert len(measured) >= 8
    for level, place, width in measured:
        assert abs(place / width - (level - 0.5) / 4) < 0.03, f"level {level} stands at {place / width:.2f}"
    # The standard runs through the rows without a gap.
    boxes = [row.bounding_box() for row in siti.page.locator("ul.standing-grid").first.locator("svg.standing").all()]
    for above, below in pairwise(boxes):
        assert above is not None
        assert below is not None
        assert abs(above["y"] + above["height"] - below["y"]) <= 1
    if script:
        siti.look()
        siti.picture("pegawai-profil")


def test_the_same_stands_in_a_table(visitor: VisitorFor) -> None:
    siti = visitor(SITI)
    siti.open("/competencies/")
    siti.page.get_by_text("Baca sebagai tabel").first.click()
    expect(siti.page.locator("table").first).to_contain_text("Berkolaborasi melalui teknologi digital")
    siti.look()


def test_a_history_shows_every_date_and_both_readings(visitor: VisitorFor) -> None:
    siti = visitor(SITI)
    siti.open("/competencies/")
    siti.page.locator("a[href*='/history/']").nth(1).click()
    page = siti.page
    expect(page.locator(".over-time")).to_be_visible()
    signs = page.locator(".over-time .sign").count()
    assert signs >= 2
    assert page.locator("tbody tr").count() >= signs
    siti.look()
    siti.picture("pegawai-riwayat")
    page.get_by_role("link", name="Menurut tanggal pengukuran").click()
    expect(page.locator("[aria-current=true]")).to_contain_text("Menurut tanggal pengukuran")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh tabel").click()
    assert download.value.path().read_bytes().startswith(b"PK")


def test_an_assessor_gives_an_opinion_on_a_phone(visitor: VisitorFor) -> None:
    sugeng = visitor("sugeng@contoh.go.id.test")
    sugeng.open("/assessment/")
    page = sugeng.page
    page.get_by_role("link", name="Baca dan beri pendapat").click()
    sugeng.look()
    page.get_by_label("Tingkatnya terlalu rendah").check()
    page.locator("textarea[name=reason]").first.fill(
        "Hasil uji dan hasil kerjanya searah, penilaian itu berdiri sendiri."
    )
    sugeng.picture("pegawai-pendapat-penelaah")
    page.get_by_role("button", name="Kirim pendapat").click()
    expect(page.locator("main")).to_contain_text("Pendapat Anda diteruskan")
    sugeng.look()


def test_trust_in_sources_is_estimated_and_looked_at(visitor: VisitorFor) -> None:
    admin = visitor("admin@contoh.go.id.test", dark=True)
    admin.open("/competencies/sources/")
    page = admin.page
    admin.look()
    page.get_by_role("button", name="Taksir dari bukti sekarang").click()
    expect(page.locator("main")).to_contain_text("orang berdampingan dengan uji", timeout=60_000)
    admin.open("/competencies/sources/")
    admin.look()
