"""The cycle with nothing but keys: measured, planned, agreed and learned by Tab, Space and Enter, the focus always in sight."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, VisitorFor

DOMAIN = "contoh.go.id.test"
# What has the focus: its words for an ear, whether an eye finds it, and what kind of field it is.
FOCUS = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect();
  const labels = it.labels ? [...it.labels].map(each => each.innerText).join(" ") : "";
  const words = it.getAttribute("aria-label") || it.innerText || labels || it.name || "";
  const ring = each => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  };
  const isInside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return {
    words: words.trim().replace(/\\s+/g, " "), tag: it.tagName, kind: it.type || "", name: it.name || "",
    isQuestion: !!it.closest(".question"),
    isSeen: it === document.body || isInside && (ring(it) || ring(it.parentElement)),
  };
}"""


def tab_to(page: Page, words: str, most: int = 150) -> None:
    """Press Tab until what has the focus says ``words`` (a pattern); every stop on the way must be visible."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        assert found["isSeen"], f"the focus is out of sight at {found} on {page.url}"
        if re.match(words, found["words"]):
            return
    raise AssertionError(f"no key leads to {words!r} on {page.url}")


def press(page: Page, words: str, key: str = "Enter") -> None:
    """Go to a control by Tab and use it."""
    tab_to(page, words)
    page.keyboard.press(key)


def go_on(page: Page, words: str) -> None:
    """Use a control that leads to another page, and wait until that page stands."""
    with page.expect_navigation():
        press(page, words)


def answer(page: Page, last: str) -> None:
    """Answer what is asked with the keys, whatever its kind, up to the button named ``last``; then press that."""
    done: set[str] = set()
    if page.locator(".question[data-kind=ordering]").count():
        # The numbered lists give way to buttons once their script stands; what has the focus then would be gone.
        expect(page.locator(".question[data-kind=ordering] fieldset button").first).to_be_visible()
    for _ in range(150):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        assert found["isSeen"], f"the focus is out of sight at {found} on {page.url}"
        if re.match(last, found["words"]):
            page.keyboard.press("Enter")
            return
        if not found["isQuestion"]:
            continue
        if found["kind"] in {"radio", "checkbox"} and found["name"] not in done:
            page.keyboard.press("Space")
        elif found["tag"] == "SELECT":
            page.keyboard.press(
                "a"
            )  # the choices begin with a letter each; an arrow would open a list of the system's own
        elif found["kind"] == "text":
            page.keyboard.type("1")
        done.add(found["name"])
    raise AssertionError(f"no key leads to {last!r} on {page.url}")


def measure(person: Visitor) -> None:
    """One short test from the list of tests to its result."""
    page = person.page
    person.open("/assessment/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["words"] == "Langsung ke isi"
    page.keyboard.press("Enter")
    go_on(page, "Mulai(?! diagnosis)|Lanjutkan")
    if page.get_by_role("button", name="Mulai sekarang").count():
        go_on(page, "Mulai sekarang")
    for _ in range(60):
        if not page.locator("#question-form").count():
            break
        before = page.locator("h1").inner_text()
        answer(page, "Berikut|Lanjut|Simpan")
        expect(page.locator("h1")).not_to_have_text(before, timeout=15_000)
    press(page, "Serahkan|Selesai|Kirim")
    page.wait_for_url("**/result/")
    person.look()


def test_measured_planned_agreed_and_learned_by_keys(visitor: VisitorFor) -> None:
    person = visitor(f"puspawati@{DOMAIN}", desktop=True)
    page = person.page
    measure(person)

    person.open("/planning/")
    if page.get_by_role("button", name="Pakai semua usulan").count():
        go_on(page, "Pakai semua usulan")
    go_on(page, "Ajukan")
    expect(page.locator("main")).to_contain_text("Menunggu")

    rusli = visitor(f"rusli@{DOMAIN}", desktop=True)
    rusli.open("/planning/team/")
    go_on(rusli.page, "Baca|Tinjau|Periksa|Lihat rencana")
    go_on(rusli.page, "Setujui rencana")
    expect(rusli.page.locator("main")).to_contain_text("Disetujui")

    laila = visitor(f"laila@{DOMAIN}", desktop=True)
    laila.open("/learning/courses/analisis-data-lembar-kerja/")
    go_on(laila.page, "Ikuti kursus ini")
    learn(laila, until="kuis-pertanyaan")
    laila.look()
    go_on(laila.page, "Lewati dulu|Berikutnya")
    laila.open("/learning/courses/analisis-data-lembar-kerja/")
    expect(laila.page.get_by_role("progressbar").first).to_have_attribute("value", "2")


def learn(person: Visitor, until: str) -> None:
    """Walk the open course by keys until the quiz with the key ``until`` has been answered."""
    page = person.page
    for _ in range(60):
        if page.locator("form[action$='/test/'] button").count():
            go_on(page, "Mulai uji")
        elif page.locator("#test-form").count():
            with page.expect_navigation():
                answer(page, "Simpan")
        elif page.locator("#hand-in").count():
            go_on(page, "Kumpulkan jawaban")
        elif page.locator("form[action$='/quiz/'] button[type=submit]").count():
            with page.expect_navigation():
                answer(page, "Kirim jawaban")
            if until in page.url:
                return
        elif page.locator("form[data-finish] button").count():
            if page.locator("a[href$='/download/']").count():
                with page.expect_download():
                    press(page, "Unduh")
                page.reload()
            go_on(page, "Selesai")
        elif page.get_by_role("link", name="Mulai").or_(page.get_by_role("link", name="Lanjutkan")).count():
            go_on(page, "Mulai|Lanjutkan")
        else:
            go_on(page, "Berikutnya|Lanjut")
    raise AssertionError(f"the course does not lead to {until}: {page.url}")
