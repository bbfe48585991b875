"""The pages that the guides of HR, trainers, evaluators and administrators show: each is really opened, used and looked at."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visitor, VisitorFor

DOMAIN = "contoh.go.id.test"
HEADINGS = "NIP;Nama;Jenis kelamin;Status kepegawaian;Golongan;Kode unit;Jabatan;Kelas jabatan"


def whole_picture(person: Visitor, name: str) -> None:
    """A picture of a whole phone page: on a screen as tall as the page the bottom bar covers nothing."""
    page = person.page
    page.set_viewport_size({"width": 360, "height": page.evaluate("document.documentElement.scrollHeight")})
    person.picture(name)


def test_staff_import_up_to_the_preview(visitor: VisitorFor, tmp_path: Path) -> None:
    mardiana = visitor(f"mardiana@{DOMAIN}", desktop=True)
    page = mardiana.page
    mardiana.open("/people/units/")
    words = page.locator("main").inner_text()
    found = re.search(r"^unit (\S+)$", words, re.IGNORECASE | re.MULTILINE)
    assert found, words[:300]
    code = found.group(1)
    rows = [
        f"199004172019032008;Wulan Anggraeni;P;PNS;III/a;{code};Analis Kebijakan Ahli Pertama;JF_AHLI_PERTAMA",
        f"199013452019031007;Bagus Pranowo;L;PNS;III/a;{code};Analis Kebijakan Ahli Pertama;JF_AHLI_PERTAMA",
        "198807212015031004;Hendra Saputra;L;PNS;III/c;TIDAK-ADA;Analis Kebijakan Ahli Muda;JF_AHLI_MUDA",
    ]
    file = tmp_path / "pegawai-baru.csv"
    file.write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")

    mardiana.open("/people/imports/")
    page.set_input_files("input[type=file]", file)
    mardiana.look()
    mardiana.picture("kepegawaian-unggah")
    page.get_by_role("button", name="Unggah dan periksa").click()
    expect(page.get_by_role("heading", name="Terapkan 1 perubahan?")).to_be_visible()
    main = page.locator("main")
    expect(main).to_contain_text("Wulan Anggraeni")
    expect(main).to_contain_text("bukan tanggal lahir yang ada di kalender")
    expect(main).to_contain_text("TIDAK-ADA")
    mardiana.look()
    mardiana.picture("kepegawaian-impor")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh baris yang salah (XLSX)").click()
    assert download.value.path().read_bytes().startswith(b"PK")

    # Set aside: the preview wrote nothing.
    page.get_by_role("button", name="Batalkan berkas ini").click()
    expect(main).to_contain_text("Tidak ada data pegawai yang diubah")
    mardiana.open("/people/?q=Wulan+Anggraeni")
    expect(page.locator("main")).to_contain_text("Tidak ada yang cocok")


def test_people_and_roles(visitor: VisitorFor) -> None:
    mardiana = visitor(f"mardiana@{DOMAIN}", desktop=True)
    page = mardiana.page
    mardiana.open("/people/?q=Fadli+Junaidi")
    page.get_by_role("link", name="Fadli Junaidi").click()
    expect(page.get_by_role("link", name="Pindahkan ke jabatan lain")).to_be_visible()
    expect(page.get_by_role("link", name="Beri peran")).to_be_visible()
    mardiana.look()
    mardiana.picture("kepegawaian-orang")
    mardiana.open("/people/roles/")
    expect(page.locator("main")).to_contain_text("Nurbaiti Marlina")
    mardiana.look()
    mardiana.picture("kepegawaian-peran")


def test_trainer_looks_after_courses_and_items(visitor: VisitorFor) -> None:
    sugeng = visitor(f"sugeng@{DOMAIN}", desktop=True)
    page = sugeng.page
    sugeng.open("/learning/managed/")
    sugeng.look()
    sugeng.picture("widyaiswara-kursus-dikelola")
    page.locator("main h2 a").first.click()
    expect(page.get_by_role("heading", name="Versi terbit")).to_be_visible()
    sugeng.look()
    sugeng.picture("widyaiswara-satu-kursus")
    sugeng.open("/learning/managed/import/")
    expect(page.get_by_role("button", name="Periksa saja")).to_be_visible()
    sugeng.look()
    sugeng.picture("widyaiswara-impor-kursus")
    sugeng.open("/assessment/items/")
    expect(page.get_by_role("link", name="Impor soal")).to_be_visible()
    sugeng.look()
    sugeng.picture("widyaiswara-bank-soal", full=False)


def test_evaluator_reads_a_programme_report(visitor: VisitorFor) -> None:
    kristina = visitor(f"kristina@{DOMAIN}", desktop=True)
    page = kristina.page
    kristina.open("/evaluation/programmes/")
    kristina.look()
    kristina.picture("evaluator-daftar-program")
    page.get_by_role("link", name="Keamanan digital untuk ASN").click()
    expect(page.get_by_role("heading", name="Apakah tingkat kompetensi peserta berubah?")).to_be_visible()
    kristina.look()
    kristina.picture("evaluator-laporan-program")


def test_superior_opens_a_rating(visitor: VisitorFor) -> None:
    rusli = visitor(f"rusli@{DOMAIN}")
    page = rusli.page
    rusli.open("/assessment/ratings/team/")
    page.get_by_role("listitem").filter(has_text="Fadli Junaidi").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=re.compile("Penilaian untuk"))).to_be_visible()
    rusli.look()
    whole_picture(rusli, "atasan-penilaian")


def test_account_security_and_administration(visitor: VisitorFor) -> None:
    siti = visitor(f"siti@{DOMAIN}")
    siti.open("/account/")
    expect(siti.page.get_by_role("link", name="Tambah kunci sandi")).to_be_visible()
    siti.look()
    whole_picture(siti, "pegawai-akun-dan-keamanan")
    admin = visitor(f"admin@{DOMAIN}", desktop=True)
    expect(admin.page.locator("main")).to_contain_text("Akun ini tidak terhubung dengan data pegawai")
    admin.look()
    admin.picture("admin-beranda")


def follow(person: Visitor, start: str, address: str) -> None:
    """Open the first link of a page whose address has this form."""
    person.open(start)
    links = person.page.eval_on_selector_all("main a[href]", "all => all.map(link => link.getAttribute('href'))")
    found = next((link for link in links if re.search(address, link)), None)
    assert found, f"{start} leads to no {address}"
    person.open(found)


def test_organisers_of_measuring(visitor: VisitorFor) -> None:
    mardiana = visitor(f"mardiana@{DOMAIN}", desktop=True)
    for start, address, name in (
        ("/assessment/windows/", r"/windows/[0-9a-f-]{36}/$", "kepegawaian-asesmen-formal"),
        ("/assessment/rounds/", r"/rounds/[0-9a-f-]{36}/$", "kepegawaian-putaran"),
        ("/assessment/tasks/", r"/tasks/[0-9a-f-]{36}/$", "kepegawaian-tugas-praktik"),
    ):
        follow(mardiana, start, address)
        mardiana.look()
        mardiana.picture(name, full=False)
    kristina = visitor(f"kristina@{DOMAIN}", desktop=True)
    kristina.open("/assessment/surveys/")
    closed = kristina.page.get_by_role("listitem").filter(has_text="Ditutup").get_by_role("link").first
    kristina.open(f"{closed.get_attribute('href')}results/")
    kristina.look()
    kristina.picture("evaluator-hasil-survei", full=False)


def test_authors_and_analysts(visitor: VisitorFor) -> None:
    sugeng = visitor(f"sugeng@{DOMAIN}", desktop=True)
    sugeng.open("/assessment/items/new/")
    sugeng.page.locator("button[name=kind][value=single]").click()
    expect(sugeng.page.get_by_label("Soal", exact=True)).to_be_visible()
    sugeng.look()
    sugeng.picture("widyaiswara-tulis-butir", full=False)
    admin = visitor(f"admin@{DOMAIN}", desktop=True)
    follow(admin, "/assessment/panels/", r"/panels/[0-9a-f-]{36}/$")
    admin.look()
    admin.picture("analis-panel", full=False)


def test_people_who_are_measured(visitor: VisitorFor) -> None:
    siti = visitor(f"siti@{DOMAIN}")
    follow(siti, "/assessment/", r"/formal/[0-9a-f-]{36}/$")
    siti.look()
    whole_picture(siti, "pegawai-asesmen-formal")
    rusli = visitor(f"rusli@{DOMAIN}")
    follow(rusli, "/assessment/rounds/mine/", r"/reports/[0-9a-f-]{36}/$")
    rusli.look()
    rusli.picture("pegawai-laporan-putaran", full=False)
    siti.page.set_viewport_size({"width": 360, "height": 780})
    siti.open("/assessment/products/")
    siti.look()
    whole_picture(siti, "pegawai-hasil-kerja")
