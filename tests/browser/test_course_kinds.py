"""One course with a part of every kind, by hand: what plays, what resumes on a second device, and a workplace task to its end."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Visitor, VisitorFor

COURSE = "/learning/courses/mengenal-ruang-belajar/"
LEARNER, TRAINER = "siti@contoh.go.id.test", "sugeng@contoh.go.id.test"
KINDS = (
    "sebelum", "kuis-kenal", "membaca", "mendengar", "menonton", "dokumen", "tautan", "berkas", "kuis", "terkunci", "diskusi",
    "paket", "kartu", "pekan", "tugas", "di-kantor", "sesudah",
)  # fmt: skip
RESULTS = "/learning/managed/mengenal-ruang-belajar/surveys/"


def place_of(person: Visitor) -> str:
    """Where the learner's own way through the course begins."""
    person.open(COURSE)
    links = person.page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    found = [re.match(r"/learning/[0-9a-f-]{36}/", link) for link in links]
    return next(one[0] for one in found if one)


def learner(visitor: VisitorFor, **how: object) -> tuple[Visitor, str]:
    person = visitor(LEARNER, **how)
    return person, place_of(person)


@pytest.mark.parametrize(
    "how",
    [{}, {"desktop": True, "dark": True}, {"language": "en-US"}],
    ids=["phone", "wide and dark", "phone in English"],
)
def test_a_part_of_every_kind_can_be_seen(visitor: VisitorFor, how: dict[str, object]) -> None:
    person, base = learner(visitor, **how)
    for key in KINDS:
        person.open(f"{base}{key}/")
        expect(person.page.locator("h1")).to_be_visible()
        person.look()


@pytest.mark.parametrize("path", ["", "sebelum/", "sesudah/"])
def test_what_a_group_said_can_be_seen(visitor: VisitorFor, path: str) -> None:
    trainer = visitor(TRAINER)
    trainer.open(f"{RESULTS}{path}")
    expect(trainer.page.locator("h1")).to_be_visible()
    trainer.look()
    if path == "sesudah/":
        expect(trainer.page.locator("main")).to_contain_text("Perubahan dari sebelum ke sesudah")
        expect(trainer.page.locator("main")).to_contain_text("10 jawaban.")


def play(page: Page, tag: str, seconds: float) -> None:
    """Play for a while and pause; the report of it has arrived afterwards."""
    page.evaluate(f"document.querySelector('{tag}').play()")
    page.wait_for_function(f"at => document.querySelector('{tag}').currentTime >= at", arg=seconds, timeout=60_000)
    with page.expect_response(re.compile("/report/$")):
        page.evaluate(f"document.querySelector('{tag}').pause()")


def test_a_recording_is_listened_to_and_closed(visitor: VisitorFor) -> None:
    person, base = learner(visitor)
    person.open(f"{base}mendengar/")
    person.page.get_by_role("button", name="1,5×").click()
    play(person.page, "audio", 8.5)
    expect(person.page.locator("[data-watched]")).to_contain_text("sudah diputar")
    person.page.get_by_role("button", name="Selesai dan lanjut").click()
    expect(person.page).to_have_url(re.compile("/menonton/$"))


def test_a_video_goes_on_where_it_stopped_on_another_device(visitor: VisitorFor) -> None:
    person, base = learner(visitor)
    person.open(f"{base}menonton/")
    play(person.page, "video", 5)
    other, _base = learner(visitor, desktop=True)
    other.open(f"{base}menonton/")
    other.page.evaluate("document.querySelector('video').play()")
    expect(other.page.locator("[data-start-at]")).to_have_attribute("data-start-at", re.compile("^[5-9]"))
    # What was played in this visit is shorter than the place reached by what was skipped, however slow the machine is.
    other.page.wait_for_function(
        """() => {
          const video = document.querySelector("video");
          let played = 0;
          for (let i = 0; i < video.played.length; i += 1) played += video.played.end(i) - video.played.start(i);
          return video.currentTime > 5 && played < video.currentTime - 3;
        }""",
        timeout=60_000,
    )
    expect(other.page.locator("[data-watched]")).to_contain_text("%")


def test_a_document_opens_at_its_page_on_another_device(visitor: VisitorFor) -> None:
    person, base = learner(visitor)
    person.open(f"{base}dokumen/")
    person.page.get_by_label("Sampai halaman berapa").fill("2")
    person.page.get_by_role("button", name="Catat tempat saya").click()
    expect(person.page.get_by_role("link", name="Buka dokumen")).to_have_attribute("href", re.compile("#page=2$"))
    other, _base = learner(visitor, desktop=True)
    other.open(f"{base}dokumen/")
    expect(other.page.locator("iframe")).to_have_attribute("src", re.compile("#page=2$"))
    other.page.get_by_label("Sampai halaman berapa").fill("3")
    other.page.get_by_role("button", name="Catat tempat saya").click()
    expect(other.page).to_have_url(re.compile("/tautan/$"))


def test_a_survey_is_filled_in_by_keyboard_and_what_is_typed_survives_a_reload(visitor: VisitorFor) -> None:
    person, base = learner(visitor)
    page = person.open(f"{base}sebelum/").page
    page.locator("textarea").fill("Waktu yang tetap.")
    page.wait_for_timeout(800)
    page.reload()
    expect(page.locator("textarea")).to_have_value("Waktu yang tetap.")
    for key in ("mandiri", "waktu", "lupa"):
        page.locator(f"input[name={key}][value='5']").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Kirim jawaban").or_(page.get_by_role("button", name="Lanjut", exact=True)).press(
        "Enter"
    )
    expect(page).not_to_have_url(re.compile("/sebelum/$"))
    person.open(f"{base}sebelum/")
    expect(page.locator("main")).to_contain_text("Bagian ini selesai")
    person.look()


def test_a_workplace_task_goes_back_is_appealed_and_accepted(visitor: VisitorFor, server: Server) -> None:
    superior = server.manage(
        "shell", "-v", "0", "-c",
        "from bina.people.models import User; from bina.people.queries import superior_of;"
        f"print(superior_of(User.objects.get(email='{LEARNER}').employee).user.email)",
    ).split()[-1]  # fmt: skip
    person, base = learner(visitor)
    person.open(f"{base}di-kantor/")
    person.page.locator("textarea[name=text]").fill("Saya mengajari rekan di loket dua; ia ragu pada tombol lanjut.")
    person.page.get_by_role("button", name="Serahkan").click()
    expect(person.page.locator("main")).to_contain_text("Diserahkan")
    person.look()
    judge(visitor(superior), "Kembalikan untuk dilengkapi", "Sebutkan bagian mana yang sudah ditutup rekan itu.")
    person.open(f"{base}di-kantor/")
    expect(person.page.locator("main")).to_contain_text("Dikembalikan oleh")
    person.page.get_by_text("Tidak setuju? Minta widyaiswara melihat lagi").click()
    person.page.locator("textarea[name=appeal]").fill("Rekan itu menutup satu bagian di depan saya, kemarin sore.")
    person.look()
    person.page.locator("button[value=appeal]").click()
    expect(person.page.locator("main")).to_contain_text("Banding Anda menunggu")
    judge(visitor(TRAINER, desktop=True), "Benar diterapkan", "")
    person.open(f"{base}di-kantor/")
    expect(person.page.locator("main")).to_contain_text("Diterima oleh")
    person.look()


def judge(person: Visitor, button: str, comment: str) -> None:
    """Open the work that waits and decide about it."""
    page = person.open("/learning/works/").page
    person.look()
    page.locator("main a", has_text="Mengajari satu rekan").first.click()
    page.wait_for_selector("textarea[name=comment]")
    person.look()
    page.locator("textarea[name=comment]").fill(comment)
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(re.compile("/learning/works/$"))


def decide(person: Visitor, answers: tuple[int, ...]) -> None:
    """Go through the decisions of the cmi5 unit, choosing by number."""
    frame = person.page.frame_locator("main iframe")
    for place, answer in enumerate(answers, start=1):
        expect(frame.locator("#tempat")).to_have_text(f"Keputusan {place} dari 3", timeout=20_000)
        frame.locator("#pilihan button").nth(answer).click()
        frame.locator("#akibat button").click()
    expect(frame.locator("#akibat button")).to_have_text("Tutup kegiatan", timeout=20_000)


def test_a_cmi5_unit_is_failed_passed_and_begun_again(visitor: VisitorFor) -> None:
    person, base = learner(visitor)
    person.open(f"{base}pekan/")
    decide(person, (0, 0, 1))
    expect(person.page.locator("#cmi5-state")).to_contain_text("Belum lulus.", timeout=20_000)
    person.look()
    office, _base = learner(visitor, desktop=True)
    office.open(f"{base}pekan/")
    decide(office, (1, 1, 1))
    office.page.frame_locator("main iframe").locator("#akibat button").click()
    expect(office.page.frame_locator("main iframe").locator("h1")).to_have_text("Kegiatan ditutup")
    expect(office.page.locator("#cmi5-state")).to_contain_text("Bagian ini selesai.", timeout=20_000)
    office.page.on("dialog", lambda dialog: dialog.accept())
    office.page.reload()
    office.page.get_by_role("button", name="Mulai lagi dari awal").click()
    expect(office.page.locator("main")).to_contain_text("Paket dimulai dari awal.")
    decide(office, (0, 0, 0))
    office.page.click("text=Catatan sesi Anda")
    expect(office.page.locator("main")).to_contain_text("Percobaan ke-2")
    expect(office.page.locator("main")).to_contain_text("terpenuhi")
    office.errors.clear()  # the session that was closed by beginning again says goodbye and is refused; that stands in the console
    office.look()
