"""Pathways in a real browser: the map on a phone, and arranging steps by keyboard alone."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import VisitorFor

TRAINER, LEARNER = "sugeng@contoh.go.id.test", "siti@contoh.go.id.test"


def test_the_way_on_a_phone(visitor: VisitorFor) -> None:
    siti = visitor(LEARNER)
    siti.open("/learning/pathways/")
    siti.look()
    siti.page.get_by_role("link", name="Lanjutkan Layanan digital di loket").click()
    expect(siti.page.locator("h1")).to_have_text("Layanan digital di loket")
    siti.look()
    siti.page.click("#langkah-temu-petugas a.btn")
    expect(siti.page.locator("h1")).to_have_text("Temu petugas layanan")
    siti.look()
    siti.page.fill("textarea[name=text]", "Saya membawa pertanyaan tentang antrean.")
    siti.page.click("button[value=hand_in]")
    expect(siti.page.get_by_role("alert")).to_be_visible()
    expect(siti.page.locator("textarea[name=text]")).to_have_value("Saya membawa pertanyaan tentang antrean.")


def test_steps_are_arranged_by_keyboard(visitor: VisitorFor) -> None:
    trainer = visitor(TRAINER)
    trainer.open("/learning/managed/pathways/angka-untuk-keputusan/edit/")
    trainer.look()
    trainer.page.locator("#langkah-catatan button[value='down:catatan']").focus()
    trainer.page.keyboard.press("Enter")
    expect(trainer.page).to_have_url(re.compile("#langkah-catatan$"))
    expect(trainer.page.locator("#tahap-1 li[id^=langkah-]").nth(1)).to_have_attribute("id", "langkah-catatan")
    trainer.open("/learning/managed/pathways/angka-untuk-keputusan/steps/new/outside/1/")
    trainer.look()
    trainer.open("/learning/managed/pathways/angka-untuk-keputusan/")
    trainer.look()


def test_a_variant_is_shown_and_others_can_be_read(visitor: VisitorFor) -> None:
    siti = visitor(LEARNER)
    siti.open("/learning/courses/layanan-media-sosial-pengaduan/")
    siti.page.click("text=Alur pengaduan yang tidak putus")
    expect(siti.page.locator("article")).to_contain_text("Varian")
    siti.look()
    siti.page.click("summary:has-text('Lihat varian lain')")
    siti.page.click("a:has-text('Pesisir dan perikanan')")
    expect(siti.page.locator("article")).to_contain_text("Mesin es di pelabuhan ikan mati")
    siti.look()


def test_a_variant_is_written_in_the_browser_and_looked_at_beside_it(visitor: VisitorFor) -> None:
    trainer = visitor(TRAINER, desktop=True)
    page = trainer.page
    trainer.open("/learning/managed/new/")
    page.fill("input[name=title]", "Aduan di tempat kerja")
    page.fill("textarea[name=summary]", "Menjawab aduan.")
    page.select_option("select[name=competency]", index=1)
    page.click("main form button[type=submit]")
    page.locator("#part-mengapa-ini-penting a[href*=parts]").first.click()
    page.fill("textarea[name=file]", "## Umum\n\nLampu jalan padam.")
    page.click("#variants > summary")
    trainer.look()
    page.select_option("select[name=new-variant]", "coastal")
    page.click("button[value=variant-add]")
    expect(page).to_have_url(re.compile("#variant-coastal$"))
    area = page.locator("textarea[name=variant-coastal]")
    expect(area).to_have_value(re.compile("Lampu jalan padam"))
    area.fill("## Pesisir\n\nMesin es mati.")
    expect(page.frame_locator("iframe[name=phone]").locator("article")).to_contain_text("Lampu jalan padam")
    expect(page.locator("#saved[data-saved]")).to_be_visible()
    trainer.look()
    page.reload()
    expect(area).to_have_value(re.compile("Mesin es mati"))
    # Enter in a line keeps the form; it deletes no variant.
    page.locator("input[name=title]").press("Enter")
    expect(page.locator("main")).to_contain_text("1 varian")
    trainer.look()
