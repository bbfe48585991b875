"""The adaptive diagnostic on a phone with a bad line, by keyboard, on a second device; and the analyst's room."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import VisitorFor
from tests.browser.knowing import answer_question

DOMAIN = "contoh.go.id.test"


def choose_something(page: Page) -> bool:
    """Answer like somebody who knows most of it; False where the question is left to those who know it better."""
    kind = page.locator("#question-form .question").get_attribute("data-kind")
    if kind in {"single", "multiple", "matching", "numeric"}:
        answer_question(page, "#question-form .question")
        return True
    option = page.locator("#question-form .question input[type=radio]")
    if option.count():
        option.first.check()
    return bool(option.count())


def choose_an_option(page: Page) -> None:
    """Go on to a question with options to mark, and mark one."""
    while page.locator("#question-form .question").get_attribute("data-kind") not in {"single", "multiple"}:
        go_on(page)
    choose_something(page)


def go_on(page: Page) -> None:
    """Answer (or say that one does not know) and wait for what comes next."""
    before = page.locator("h1").inner_text()
    value = "next" if choose_something(page) else "unknown"
    page.click(f"#question-form button[value={value}]")
    expect(page.locator("h1")).not_to_have_text(before)


def test_a_diagnostic_with_interruptions(visitor: VisitorFor) -> None:
    person = visitor(f"puspawati@{DOMAIN}")
    page = person.page
    person.open("/assessment/")
    person.look()
    page.get_by_role("button", name="Mulai diagnosis").click()
    expect(page.locator("h1")).to_contain_text("Soal 1")
    person.look()
    person.picture("pegawai-diagnosis")
    go_on(page)

    # Nothing chosen: said so, and the question stays.
    page.click("#question-form button[value=next]")
    expect(page.get_by_role("alert").filter(has_text="Pilih atau isi jawaban")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Soal 2")

    # The line breaks: the answer is kept on the device and sent again by itself.
    choose_an_option(page)
    before = page.locator("h1").inner_text()
    page.context.set_offline(True)
    page.click("#question-form button[value=next]")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("h1")).to_have_text(before)
    page.context.set_offline(False)
    expect(page.locator("h1")).not_to_have_text(before)
    person.errors.clear()  # the browser itself reports the broken line

    # The page is closed after choosing: the choice is there again.
    choose_an_option(page)
    chosen = page.locator("#question-form input:checked").first.get_attribute("value")
    page.reload()
    expect(page.locator("#question-form input:checked").first).to_have_value(str(chosen))
    waiting_at = page.locator("h1").inner_text()

    # Another device goes on at the same question.
    desk = visitor(f"puspawati@{DOMAIN}", desktop=True)
    desk.open("/assessment/")
    desk.page.get_by_role("link", name="Lanjutkan uji : Diagnosis").click()
    expect(desk.page.locator("h1")).to_have_text(waiting_at)
    go_on(desk.page)
    desk.look()

    # The phone, still at the old question, sends it once more: one clear outcome, nothing counted twice.
    page.click("#question-form button[value=next]")
    expect(page.locator("h1")).to_have_text(desk.page.locator("h1").inner_text())

    for _ in range(30):
        if "/result/" in page.url:
            break
        go_on(page)
    expect(page.locator("h1")).to_have_text("Hasil diagnosis Anda")
    person.look()
    person.picture("pegawai-hasil-diagnosis")
    page.get_by_role("button", name="Pakai hasil ini").click()
    expect(page.get_by_role("heading", name="Hasil ini sudah masuk profil")).to_be_visible()
    person.look()


def test_a_question_by_keyboard_only(visitor: VisitorFor) -> None:
    page = visitor(f"sugeng@{DOMAIN}").open("/assessment/").page
    page.get_by_role("button", name="Mulai diagnosis").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Soal 1")
    page.get_by_role("button", name="Saya tidak tahu").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Soal 2")
    # The heading of the new question takes the focus once the swap has settled, so that a screen reader begins there.
    expect(page.locator("h1")).to_be_focused()


def test_without_a_script_the_diagnostic_goes_on_too(visitor: VisitorFor) -> None:
    page = visitor(f"nurbaiti@{DOMAIN}", script=False).open("/assessment/").page
    page.get_by_role("button", name="Mulai diagnosis").click()
    page.get_by_role("button", name="Saya tidak tahu").click()
    expect(page.locator("h1")).to_contain_text("Soal 2")


def test_the_analyst_calibrates_and_publishes(visitor: VisitorFor) -> None:
    admin = visitor(f"admin@{DOMAIN}", desktop=True)
    page = admin.page
    admin.open("/assessment/calibrations/")
    admin.look()
    page.get_by_role("button", name=re.compile("^Hitung.*digital", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", name="Kecocokan model")).to_be_visible(timeout=60_000)
    admin.look()
    admin.picture("admin-kalibrasi", full=False)
    page.get_by_role("region", name="Parameter butir").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Peluang menjawab benar per tingkat")).to_be_visible()
    admin.look()
    page.go_back()
    page.fill("textarea[name=reason]", "Jawaban enam bulan, kecocokan baik.")
    page.get_by_role("button", name="Pakai mulai sekarang").click()
    expect(page.get_by_role("heading", name="Kembalikan parameter sebelumnya")).to_be_visible()
    admin.look()
    page.fill("textarea[name=reason]", "Ditinjau lagi dahulu.")
    page.get_by_role("button", name="Kembalikan").click()
    expect(page.locator("main")).to_contain_text("Dibatalkan")
