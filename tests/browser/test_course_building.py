"""A trainer builds a course in a real browser: keys instead of a mouse, a second tab, a power cut, and a learner who takes it."""

import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visitor, VisitorFor
from tests.learning.folders import SVG

DOMAIN = "contoh.go.id.test"
PORTIONS = re.compile(r"/learning/uploads/[^/]+/$")
MEGABYTE = 1024 * 1024
SHOWN = "/learning/managed/menjawab-warga-lewat-percakapan/edit/"


def begin(person: Visitor, title: str) -> str:
    """Begin a course; the address of its workspace."""
    page = person.page
    person.open("/learning/managed/")
    page.get_by_role("link", name="Buat kursus").first.click()
    page.get_by_label("Judul kursus").fill(title)
    page.get_by_label("Ringkasan").fill("Satu kalimat.")
    page.get_by_label("Jam pelajaran").fill("1")
    person.look()
    page.get_by_role("button", name="Buat kerangkanya").click()
    page.wait_for_url(re.compile(r"/edit/$"))
    return page.url.removeprefix(person.server.url)


def titles(page: Page) -> list[str]:
    """The parts of the outline from top to bottom."""
    return page.locator("[data-part] a.font-medium").all_inner_texts()


def test_from_nothing_to_a_learner_with_keys_alone(visitor: VisitorFor, tmp_path: Path) -> None:
    sugeng = visitor(f"sugeng@{DOMAIN}", desktop=True)
    page = sugeng.page
    # Tall enough for the whole outline, so that nothing scrolls while a part is dragged.
    page.set_viewport_size({"width": 1280, "height": 1600})
    base = begin(sugeng, "Merapikan meja digital")
    sugeng.look()
    # By keyboard: the button keeps the focus, so that one may go on pressing it.
    expect(page.locator("[data-part]")).to_have_count(7)
    page.locator("#down-kuis").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#outline-said")).to_contain_text("kini nomor 1 di “Terapkan dan tutup”")
    page.locator("#part-kuis a").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#outline-said")).to_contain_text("kini nomor 3 di “Bahan belajar”")
    expect(page.locator("#up-kuis")).to_be_focused()
    # With the pointer the same.
    page.locator("#part-kuis [data-handle]").drag_to(
        page.locator("#part-mengapa-ini-penting"), target_position={"x": 60, "y": 4}
    )
    expect(page.locator("#outline-said")).to_contain_text("kini nomor 1 di “Mulai dari sini”")
    assert titles(page)[0] == "Kuis"
    page.locator("#part-kuis summary").click()
    sugeng.look()
    page.locator("#part-kuis").get_by_role("button", name="Hapus").click()
    expect(page.locator("[data-part]")).to_have_count(6)
    page.get_by_role("button", name="Urungkan: “Kuis” dihapus.").click()
    expect(page.locator("[data-part]")).to_have_count(7)

    # A page, with a picture, saved by itself and shown on the phone beside it.
    page.get_by_role("link", name="Mengapa ini penting").click()
    text = page.get_by_label("Isi halaman")
    text.fill("Meja yang rapi\n")
    text.press("Control+Home")
    page.get_by_role("button", name="Judul bagian").click()
    expect(text).to_have_value(re.compile("^## Meja yang rapi"))
    text.press("Control+End")
    page.get_by_role("button", name="Gambar", exact=True).click()
    file = tmp_path / "Meja Rapi.svg"
    file.write_bytes(SVG)
    page.get_by_label("Berkas gambar").set_input_files(file)
    page.get_by_role("button", name="Sisipkan").click()
    expect(page.get_by_text("Tulis dahulu apa yang terlihat")).to_be_visible()
    page.get_by_label("Apa yang terlihat di gambar").fill("Tiga map bernama di atas meja")
    page.get_by_role("button", name="Sisipkan").click()
    expect(text).to_have_value(re.compile(r"!\[Tiga map bernama di atas meja\]\(media/meja-rapi\.svg\)"))
    phone = page.frame_locator("iframe[name=phone]")
    expect(phone.get_by_role("heading", name="Meja yang rapi")).to_be_visible()
    expect(page.locator("#saved")).to_contain_text("Tersimpan")
    sugeng.look()

    # A second tab saved meanwhile: this one is told, and nothing typed is lost.
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Judul", exact=True)).to_have_value("Mengapa ini penting")
    other.get_by_label("Judul", exact=True).fill("Dari tab kedua")
    other.get_by_role("button", name="Simpan dan kembali").click()
    expect(other.get_by_text("“Dari tab kedua” tersimpan.")).to_be_visible()
    other.close()
    page.get_by_label("Menit").fill("9")
    page.get_by_label("Menit").blur()
    expect(page.locator("#saved")).to_contain_text("sudah disimpan dengan isi lain")
    page.get_by_role("button", name="Simpan dan kembali").click()
    expect(page.get_by_role("link", name="Pakai yang tersimpan")).to_be_visible()
    expect(page.get_by_label("Menit")).to_have_value("9")
    sugeng.errors.clear()  # the refusal of the second tab (409) is what is wanted
    sugeng.look()
    page.get_by_role("button", name="Simpan dan kembali").click()
    page.wait_for_url(re.compile(r"/edit/#"))

    # The server is out of reach: what was typed waits in the browser and is offered again.
    sugeng.open(f"{base}parts/pokok-bahasan-pertama/")
    page.route(
        "**/parts/pokok-bahasan-pertama/",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.get_by_label("Isi halaman").fill("Kata-kata yang hampir hilang.")
    page.get_by_label("Isi halaman").blur()
    expect(page.locator("#saved")).to_contain_text("sambungan terputus")
    page.unroute("**/parts/pokok-bahasan-pertama/")
    page.reload()
    page.get_by_role("button", name="Pulihkan").click()
    expect(page.get_by_label("Isi halaman")).to_have_value(re.compile("hampir hilang"))
    expect(page.locator("#saved[data-saved]")).to_be_visible()
    sugeng.errors.clear()

    # What the outline still asks for: the other pages, and questions.
    for key in ("pokok-bahasan-kedua", "terapkan-di-meja-kerja-anda"):
        sugeng.open(f"{base}parts/{key}/")
        page.get_by_label("Isi halaman").fill("Isi yang cukup.")
        page.get_by_role("button", name="Simpan dan kembali").click()
        page.wait_for_url(re.compile(r"/edit/#"))
    for key in ("uji-awal", "kuis", "uji-akhir"):
        sugeng.open(f"{base}parts/{key}/")
        page.get_by_role("link", name="Tambah soal").click()
        page.get_by_role("link", name="Pilih satu").click()
        page.locator("#stem").fill(f"Mana yang dirapikan lebih dahulu ({key})?")
        for number, words in enumerate(("Map yang dipakai bersama", "Gambar latar layar", "Warna jendela surel")):
            page.locator(f"#options-{number}-text").fill(words)
        page.locator("input[name=options-correct]").first.check()
        page.locator("select[name=competency]").select_option(index=1)
        page.get_by_role("button", name="Simpan soal").click()
        expect(page.get_by_text("Soal 1 tersimpan.")).to_be_visible()
    sugeng.open(base)
    page.locator("#part-pokok-bahasan-pertama a").click()
    page.get_by_label("Menit").fill("6")
    page.get_by_role("button", name="Simpan dan kembali").click()
    expect(page.get_by_text("Siap dijadikan draf.")).to_be_visible()
    page.get_by_role("button", name="Jadikan draf").click()
    expect(page.get_by_text("Versi 1 tersimpan sebagai draf.")).to_be_visible()
    sugeng.look()


def test_a_film_comes_in_portions_and_goes_on_after_a_dead_line(visitor: VisitorFor, tmp_path: Path) -> None:
    sugeng = visitor(f"sugeng@{DOMAIN}")
    page = sugeng.page
    base = begin(sugeng, "Menonton lalu mencoba")
    sugeng.open(f"{base}add/")
    page.get_by_label("Judul").fill("Film singkat")
    page.locator("button[value=video]").click()
    expect(page.locator("[name='file-upload']")).to_be_visible()
    part = page.url.removeprefix(sugeng.server.url)
    film = tmp_path / "Film Besar.webm"
    film.write_bytes(b"\x1a\x45\xdf\xa3" + b"x" * (4 * MEGABYTE))
    # A file that does not fit here is told so before anything is sent.
    box = page.locator("[data-uploads-url]").filter(has=page.locator("[name='file-upload']"))
    wrong = tmp_path / "daftar.csv"
    wrong.write_bytes(b"a;b\n")
    page.set_input_files("[name='file-upload']", wrong)
    expect(box.locator("[data-said]")).to_contain_text("Yang diterima: .mp4, .webm")
    # One portion arrives, then the line is dead.
    tried: list[int] = []

    def line(route: Route) -> None:
        if route.request.method == "PATCH":
            tried.append(len(tried))
            if len(tried) > 1:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route(PORTIONS, line)
    page.set_input_files("[name='file-upload']", film)
    expect(box.locator("[data-said]")).to_contain_text("Sambungan terputus")
    sugeng.errors.clear()  # the dead line stands in the console
    sugeng.look()
    # On a second device the same field goes on where the first one stopped, and the part names the file by itself.
    office = visitor(f"sugeng@{DOMAIN}", desktop=True)
    office.open(part)
    expect(office.page.locator("main")).to_contain_text("Pilih berkas yang sama untuk melanjutkan.")
    offsets: list[str] = []
    office.page.on(
        "request",
        lambda request: offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None,
    )
    office.page.set_input_files("[name='file-upload']", film)
    expect(office.page.get_by_text("media/film-besar.webm tersimpan.")).to_be_visible()
    assert offsets
    assert int(offsets[0]) == MEGABYTE
    expect(office.page.locator("select[name=file]")).to_have_value("media/film-besar.webm")
    expect(office.page.locator("[name='file-portions']")).to_have_value("")
    expect(office.page.locator("#saved[data-saved]")).to_be_visible()
    office.look()
    office.page.reload()
    expect(office.page.locator("select[name=file]")).to_have_value("media/film-besar.webm")
    expect(office.page.locator("main")).not_to_contain_text("Pilih berkas yang sama")
    # A form that is sent while its file is on the way goes by itself and takes the file along.
    held: list[Route] = []
    office.page.route(PORTIONS, lambda route: held.append(route) if not held else route.continue_())
    film.write_bytes(b"\x1a\x45\xdf\xa3" + b"y" * (3 * MEGABYTE))
    office.page.set_input_files("[name='file-upload']", film)
    office.page.get_by_role("button", name="Simpan dan kembali").click()
    expect(office.page.get_by_text("terkirim sendiri begitu unggahan selesai")).to_be_visible()
    while not held:
        office.page.wait_for_timeout(50)
    held[0].continue_()
    expect(office.page.get_by_text("“Film singkat” tersimpan.")).to_be_visible()
    office.open(part)
    expect(office.page.locator("select[name=file]")).to_have_value("media/film-besar-2.webm")


def test_the_workshop_without_javascript(visitor: VisitorFor) -> None:
    sugeng = visitor(f"sugeng@{DOMAIN}", script=False)
    page = sugeng.page
    begin_at = SHOWN
    sugeng.open(begin_at)
    first = titles(page)
    page.locator("#down-kuis").click()
    expect(page.get_by_text("kini nomor")).not_to_have_count(0)
    assert titles(page) != first
    page.locator("#up-kuis").click()
    assert titles(page) == first
    page.locator("#part-pokok-bahasan-kedua a").click()
    page.get_by_label("Isi halaman").fill("Tanpa skrip pun tersimpan.")
    page.get_by_role("button", name="Simpan dan kembali").click()
    expect(page.get_by_text("“Pokok bahasan kedua” tersimpan.")).to_be_visible()


def test_pictures_for_the_guide(visitor: VisitorFor) -> None:
    sugeng = visitor(f"sugeng@{DOMAIN}", desktop=True)
    page = sugeng.page
    sugeng.open(SHOWN)
    expect(page.locator("[data-part]")).to_have_count(7)
    sugeng.picture("widyaiswara-susunan")
    sugeng.open(f"{SHOWN}parts/mengapa-ini-penting/")
    expect(
        page.frame_locator("iframe[name=phone]").get_by_role("heading", name="Pukul delapan lewat lima")
    ).to_be_attached()
    expect(page.get_by_role("toolbar").first).to_be_visible()
    sugeng.picture("widyaiswara-sunting-bagian", full=False)
