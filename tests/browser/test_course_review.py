"""A reviewer asks for changes, the trainer reads them and sends again; a learner switches the language half-way."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import VisitorFor

DOMAIN = "contoh.go.id.test"
COURSE = "arsip-digital-kelurahan"


def test_a_draft_goes_back_and_forth(visitor: VisitorFor) -> None:
    rusli = visitor(f"rusli@{DOMAIN}")
    page = rusli.page
    rusli.open("/learning/reviews/")
    rusli.look()
    page.get_by_role("link", name="Telaah", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("Kedua catatan sudah dijawab.")
    rusli.look()
    page.get_by_role("link", name="Perubahannya").click()
    expect(page.locator("main ins").first).to_be_visible()
    rusli.look()
    page.go_back()
    page.locator("#catatan select[name=part]").select_option("map-bersama")
    page.get_by_label("Catatan baru").fill("Beri satu contoh nama map dari kelurahan.")
    page.get_by_role("button", name="Simpan catatan").click()
    expect(page.locator("#catatan")).to_contain_text("Beri satu contoh nama map")
    page.get_by_label("Putusan Anda dan alasannya").fill("Tinggal satu contoh lagi.")
    page.get_by_role("button", name="Minta perbaikan").click()
    expect(page.locator("main")).to_contain_text("Perlu diperbaiki")

    sugeng = visitor(f"sugeng@{DOMAIN}", desktop=True)
    sugeng.open(f"/learning/managed/{COURSE}/")
    expect(sugeng.page.locator("main")).to_contain_text("Perlu diperbaiki")
    sugeng.look()
    sugeng.page.get_by_role("link", name="Pemilik, penelaah, tinjau ulang").click()
    expect(sugeng.page.get_by_role("heading", name="Penelaah")).to_be_visible()
    sugeng.look()
    sugeng.open(f"/learning/managed/{COURSE}/")
    sugeng.page.get_by_role("link", name=re.compile("Telaah dan catatan")).click()
    sugeng.look()
    sugeng.page.get_by_role("button", name="Kirim lagi untuk ditelaah").click()
    expect(sugeng.page.locator("main")).to_contain_text("Sedang ditelaah")

    mardiana = visitor(f"mardiana@{DOMAIN}", dark=True)
    mardiana.open("/learning/reviews/rules/")
    expect(mardiana.page.locator("main")).to_contain_text("telaah tidak diwajibkan")
    mardiana.look()


def test_a_course_is_read_in_two_languages(visitor: VisitorFor) -> None:
    siti = visitor(f"siti@{DOMAIN}")
    page = siti.page
    siti.open("/learning/courses/keamanan-digital-asn/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Digital safety for civil servants")
    siti.look()
    page.get_by_role("link", name=re.compile("Passwords, passkeys")).click()
    expect(page.locator("article")).to_contain_text("Length helps more than complexity")
    siti.look()
    page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(page.locator("article")).to_contain_text("Panjang lebih menolong daripada rumit")
    expect(page.get_by_role("button", name="Bahasa Indonesia")).to_have_attribute("aria-pressed", "true")
