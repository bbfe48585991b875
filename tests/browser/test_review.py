"""A person asks for a level to be looked at again, HR decides, the person reads why."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import VisitorFor

DOMAIN = "contoh.go.id.test"
WHY = "Penilaian ini dibuat sebelum saya menyelesaikan kursus keamanan; hasil uji terbaru berbeda."


def test_from_asking_to_reading_the_decision(visitor: VisitorFor) -> None:
    siti = visitor(f"siti@{DOMAIN}")
    page = siti.page
    siti.open("/competencies/")
    page.locator("main a[href*='/competencies/why/']").first.click()
    page.get_by_role("link", name="Minta ditinjau").click()
    siti.look()
    page.fill("textarea[name=statement]", WHY)
    page.get_by_role("button", name="Kirim permintaan").click()
    expect(page.locator("main")).to_contain_text(WHY)
    siti.look()
    reason_page = page.url

    mardiana = visitor(f"mardiana@{DOMAIN}", desktop=True)
    mardiana.open("/competencies/reviews/")
    mardiana.look()
    mardiana.page.get_by_role("link", name=re.compile("Siti Rahmawati")).click()
    expect(mardiana.page.locator("main")).to_contain_text(WHY)
    mardiana.page.locator("input[name=withdrawn]").first.check()
    mardiana.page.fill(
        "textarea[name=reason]", "Bukti ini lebih lama daripada hasil uji terbaru dan tidak lagi menggambarkan."
    )
    mardiana.look()
    mardiana.picture("kepegawaian-peninjauan")
    mardiana.page.get_by_role("button", name="Putuskan dan beri tahu pegawai").click()
    expect(mardiana.page.locator("main")).to_contain_text("Bukti ditarik")

    page.goto(reason_page)
    expect(page.locator("main")).to_contain_text("tidak lagi menggambarkan")
    siti.look()
