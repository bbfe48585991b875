"""The whole cycle in a real browser, on a 360 px phone: a new employee, his superior, HR, the leader, a stranger."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, VisitorFor
from tests.browser.knowing import answer_question

DOMAIN = "contoh.go.id.test"


def take_test(person: Visitor, *, knows: bool) -> None:
    """Answer a test page by page and hand it in."""
    page = person.page
    for _ in range(100):
        if not page.locator("#question-form").count():
            break
        answer_question(page, "#question-form .question", knows=knows)
        before = page.locator("h1").inner_text()
        page.click("#question-form button[value=next]")
        expect(page.locator("h1")).not_to_have_text(before, timeout=15_000)
    page.click("#finish-form button")
    page.wait_for_url("**/result/")


def walk_course(person: Visitor) -> None:
    """Go through every part of a course as a diligent learner who uses its buttons."""
    page = person.page
    for _ in range(200):
        if "/courses/" in page.url:
            return
        if page.locator("form[action$='/test/'] button").count():
            page.click("form[action$='/test/'] button")
        elif page.locator("#test-form").count():
            answer_question(page, "#test-form .question", knows="uji-akhir" in page.url)
            page.locator("#test-form button[type=submit]").first.click()
        elif page.locator("#hand-in").count():
            page.click("#hand-in button")
        elif page.locator("form[action$='/quiz/'] button[type=submit]").count():
            answer_question(page, "form[action$='/quiz/'] .question")
            page.click("form[action$='/quiz/'] button[type=submit]")
        elif page.locator("[data-transcript] form").count():
            page.click("[data-transcript] summary")
            page.click("[data-transcript] form button")
        elif page.locator("form[data-finish] button").count():
            if page.locator("a[href$='/download/']").count():
                with page.expect_download():
                    page.click("a[href$='/download/']")
                page.reload()
            page.click("form[data-finish] button")
        elif page.locator("a[rel=next]").count():
            page.click("a[rel=next]")
        else:
            page.get_by_role("link", name="Ke halaman kursus").click()
        page.wait_for_load_state()
    raise AssertionError(f"the course does not end: {page.url}")


def heading(page: Page) -> str:
    """The page's first heading."""
    return page.locator("h1").first.inner_text()


def test_measure_plan_learn_prove_on_a_phone(visitor: VisitorFor) -> None:
    fadli = visitor(f"fadli@{DOMAIN}")
    page = fadli.page
    expect(page.locator("#next-step")).to_contain_text("Ukur kompetensi digital Anda")
    fadli.look()
    fadli.picture("pegawai-beranda-baru")

    # Ukur: the safety area, most answers wrong; the result is there at once.
    fadli.open("/assessment/")
    fadli.look()
    page.get_by_role("link", name=re.compile("Keamanan")).or_(
        page.get_by_role("listitem").filter(has_text="Keamanan").get_by_role("link", name="Mulai")
    ).first.click()
    page.get_by_role("button", name="Mulai sekarang").click()
    fadli.look()
    fadli.picture("pegawai-soal")
    take_test(fadli, knows=False)
    fadli.look()
    fadli.picture("pegawai-hasil-uji")

    # Why this level.
    fadli.open("/competencies/")
    page.get_by_role("link", name="Melindungi perangkat").click()
    expect(page.get_by_role("heading", name="Bukti dan bobotnya")).to_be_visible()
    fadli.look()
    fadli.picture("pegawai-mengapa-tingkat-ini")

    # Rencanakan: take all proposals, send the plan.
    fadli.open("/planning/")
    fadli.look()
    page.get_by_role("button", name="Pakai semua usulan").click()
    fadli.picture("pegawai-rencana")
    page.get_by_role("button", name="Ajukan ke atasan").click()
    page.wait_for_load_state()

    # The superior sends it back with a comment, then agrees.
    rusli = visitor(f"rusli@{DOMAIN}")
    rusli.open("/team/")
    rusli.look()
    rusli.picture("atasan-tim")
    rusli.open("/planning/team/")
    rusli.page.get_by_role("listitem").filter(has_text="Fadli Junaidi").get_by_role("link").first.click()
    rusli.look()
    rusli.page.get_by_role("button", name=re.compile("Kembalikan")).click()
    rusli.page.wait_for_load_state()
    assert rusli.page.locator("textarea").count(), "a return without a comment is refused and the form stays"
    rusli.page.fill("textarea", "Mulai dari keamanan data warga, ya.")
    rusli.picture("atasan-rencana")
    rusli.page.get_by_role("button", name=re.compile("Kembalikan")).click()
    rusli.page.wait_for_load_state()
    fadli.open("/planning/")
    expect(page.locator("main")).to_contain_text("Mulai dari keamanan data warga")
    page.get_by_role("button", name="Ajukan lagi").click()
    page.wait_for_load_state()
    rusli.open("/planning/team/")
    rusli.page.get_by_role("listitem").filter(has_text="Fadli Junaidi").get_by_role("link").first.click()
    rusli.page.get_by_role("button", name="Setujui rencana").click()
    rusli.page.wait_for_load_state()

    # Belajar: from the plan into the course, to its end; resumed on another device half-way.
    fadli.open("/learning/courses/keamanan-digital-asn/")
    fadli.look()
    fadli.picture("pegawai-kursus")
    page.get_by_role("button", name=re.compile("Ikuti|Mulai")).first.click()
    page.wait_for_load_state()
    second = visitor(f"fadli@{DOMAIN}", desktop=True)
    expect(second.page.locator("#next-step")).to_contain_text("Lanjutkan")
    second.page.get_by_role("link", name="Lanjutkan belajar").click()
    second.look()
    second.picture("pegawai-belajar-layar-lebar")
    walk_course(fadli)
    expect(page.locator("main")).to_contain_text("Selesai")

    # Buktikan: hours, certificate, verification by a stranger.
    for _ in range(20):
        fadli.open("/credentials/hours/")
        if page.get_by_role("link", name="PDF").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator("main")).to_contain_text("Keamanan digital untuk ASN")
    fadli.look()
    fadli.picture("pegawai-jam-pelajaran")
    paper = page.context.request.get(page.get_by_role("link", name="PDF").first.evaluate("link => link.href"))
    assert paper.body().startswith(b"%PDF")
    code = fadli.server.manage(
        "shell", "-v0", "-c",
        "from bina.credentials.models import Certificate;"
        "print(Certificate.objects.filter(employee__full_name='Fadli Junaidi').latest('id').code)",
    ).strip().splitlines()[-1]  # fmt: skip
    stranger = visitor()
    stranger.open("/credentials/verify/")
    stranger.page.locator("main input:not([type=hidden])").first.fill(code)
    stranger.page.locator("main form button").first.click()
    expect(stranger.page.locator("main")).to_contain_text("Fadli Junaidi")
    expect(stranger.page.locator("main")).to_contain_text("Berlaku")
    stranger.look()
    stranger.picture("publik-periksa-sertifikat")

    # The plan followed by itself; HR and the leader see the sums.
    fadli.open("/planning/")
    expect(page.locator("main")).to_contain_text("Selesai")
    mardiana = visitor(f"mardiana@{DOMAIN}", desktop=True)
    mardiana.open("/dashboard/")
    mardiana.look()
    mardiana.picture("kepegawaian-dasbor")
    hamdi = visitor(f"hamdi@{DOMAIN}", desktop=True)
    hamdi.open("/leader/")
    assert "Fadli" not in hamdi.page.inner_text("main")
    hamdi.look()
    hamdi.picture("pimpinan-satu-layar")


def test_a_short_check_by_keyboard_only(visitor: VisitorFor) -> None:
    laila = visitor(f"laila@{DOMAIN}", desktop=True)
    page = laila.page
    laila.open("/assessment/")
    page.keyboard.press("Tab")
    assert "Langsung ke isi" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.innerText || ''")
        if re.match("Mulai(?! diagnosis)|Lanjutkan", text.strip()):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/assessment/(tests|sessions)/"))
    if "/tests/" in page.url:
        page.get_by_role("button", name="Mulai sekarang").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/assessment/sessions/**")
    assert heading(page).startswith("Soal 1")
    page.locator("#question-form input, #question-form select").first.focus()
    page.keyboard.press("Space")
    page.locator("#question-form button[value=next]").focus()
    page.keyboard.press("Enter")
    # The policy of the page forbids evaluating text, also to a test that waits: ask for the heading instead.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Soal 2")


def test_the_cycle_begins_without_javascript(visitor: VisitorFor) -> None:
    daud = visitor(f"daud@{DOMAIN}", script=False)
    page = daud.page
    daud.open("/assessment/")
    assert page.locator("main a.btn, main button").count()
    daud.open("/learning/")
    page.fill("main input[type=search], main input[name=q]", "data")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    assert "Analisis data" in page.inner_text("main")


# Words that stand on the house's own buttons, labels and columns in Indonesian; titles of courses stand in quotation marks.
INDONESIAN = re.compile(
    r"\b(Anda|Simpan|Lihat|Kembali|Belum|Sudah|Tambah|Ubah|Hapus|Cari|Unduh|Pilih|Semua|Nama|Tanggal|Jenis|Keadaan|Batal|Beranda)\b"
)
OWN_WORDS = "header a, header summary, footer a, main button, main .btn, main label, main th, main nav a"


@pytest.mark.parametrize(
    ("key", "paths"),
    [
        (
            "puspawati",
            ("/", "/competencies/", "/planning/", "/learning/", "/assessment/", "/credentials/hours/", "/search/"),
        ),
        (
            "mardiana",
            (
                "/",
                "/dashboard/",
                "/people/",
                "/people/imports/",
                "/people/roles/",
                "/planning/staff/",
                "/assessment/rounds/",
                "/competencies/standards/",
                "/learning/managed/",
            ),
        ),
    ],
)
def test_english_is_complete_on_the_main_pages(visitor: VisitorFor, key: str, paths: tuple[str, ...]) -> None:
    person = visitor(f"{key}@{DOMAIN}", desktop=True, language="en-GB")
    page = person.page
    for path in paths:
        person.open(path)
        words = page.eval_on_selector_all(OWN_WORDS, "all => all.map(each => each.innerText)")
        assert len(words) > 10, f"{path} has lost its controls"
        left = [each for each in words if INDONESIAN.search(re.sub("“[^”]*”", "", each))]
        assert not left, f"{path} speaks Indonesian to an English reader: {left}"
        assert page.get_attribute("html", "lang") == "en"
