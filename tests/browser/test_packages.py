"""SCORM packages and H5P contents in a real browser: the closed frame, resuming on a second device, and what the page says."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import FrameLocator, expect

from tests.browser.conftest import Visitor, VisitorFor
from tests.integrations.samples import PAGE_12, PAGE_2004, h5p, scorm_12, scorm_2004
from tests.integrations.test_scorm_order import package, rule
from tests.integrations.units import NAMESPACE, cmi5_package

TRAINER, LEARNER = "mardiana@contoh.go.id.test", "siti@contoh.go.id.test"
# Tries what a package must not be able to do, and says what came of it.
PRYING = PAGE_12.replace(
    b"window.onload = function () {",
    b"""window.onload = function () {
  var found = [];
  try { found.push("cookie:" + document.cookie); } catch (e) { found.push("cookie:none"); }
  try { found.push("page:" + window.parent.document.title); } catch (e) { found.push("page:closed"); }
  try { localStorage.setItem("a", "1"); found.push("storage:" + localStorage.getItem("a")); } catch (e) { found.push("storage:none"); }
  fetch("/", { credentials: "include" }).then(function () { found.push("home:open"); }, function () { found.push("home:closed"); })
    .then(function () { document.title = found.join(" "); document.body.setAttribute("data-found", found.join(" ")); });
""",
)


def bring_in(visitor: VisitorFor, name: str, content: bytes, ending: str = "zip") -> str:
    """Import and publish a package as its author would; the address of the course."""
    author = visitor(TRAINER, desktop=True)
    author.open("/packages/import/")
    author.look()
    page = author.page
    page.set_input_files(
        "input[type=file]", {"name": f"{name}.{ending}", "mimeType": "application/zip", "buffer": content}
    )
    page.fill("input[name=title]", name)
    page.fill("textarea[name=summary]", "Paket contoh buatan sendiri.")
    page.click("button[value=keep]")
    # A package is read, checked and compiled before the answer; on a busy machine that takes a while.
    page.wait_for_url(re.compile(r"/learning/managed/[a-z0-9-]+/$"), timeout=60_000)
    slug = page.url.rstrip("/").rpartition("/")[2]
    page.click("form[action*='/publish/'] button")
    page.wait_for_load_state()
    return slug


def learn(visitor: VisitorFor, slug: str) -> Visitor:
    """A learner on a device of their own, in front of the course's first package."""
    person = visitor(LEARNER)
    person.open(f"/learning/courses/{slug}/")
    form = person.page.locator(f"form[action='/learning/courses/{slug}/enrol/'] button")
    if form.count():
        form.first.click()
    else:
        person.page.locator("main a[href^='/learning/']").filter(has_text=re.compile("anjut|ulai")).first.click()
    person.page.wait_for_selector("iframe")
    return person


def frame_of(person: Visitor) -> FrameLocator:
    return person.page.frame_locator("main iframe")


def press(person: Visitor, name: str) -> None:
    """A button inside the closed frame, by key: a frame that is growing just then may lose a touch on its way between the two processes."""
    frame_of(person).get_by_role("button", name=name).press("Enter")


def words_of(person: Visitor) -> str:
    return person.page.inner_text("[data-words]")


def test_scorm_1_2_goes_on_on_a_second_device(visitor: VisitorFor) -> None:
    slug = bring_in(visitor, "Surat satu dua", scorm_12())
    phone = learn(visitor, slug)
    expect(frame_of(phone).locator("#halaman")).to_have_text("Halaman 1 dari 3")
    expect(frame_of(phone).locator("#nama")).not_to_be_empty()
    frame_of(phone).locator("#lanjut").click()
    expect(phone.page.locator("[data-words]")).to_contain_text("Tersimpan")
    phone.look()
    office = learn(visitor, slug)
    expect(frame_of(office).locator("#halaman")).to_have_text("Halaman 2 dari 3")
    frame_of(phone).locator("#lanjut").click()
    expect(phone.page.locator("[data-words]")).to_contain_text("tab atau perangkat lain")
    phone.errors.clear()  # the refused report stands in the console
    frame_of(office).locator("#lulus").click()
    expect(office.page.locator("[data-words]")).to_contain_text("Tersimpan · Selesai")
    office.page.click("[data-next]")
    expect(frame_of(office).locator("#halaman")).to_have_text("Halaman 1 dari 3")
    frame_of(office).locator("#gagal").click()
    expect(office.page.locator("[data-words]")).to_contain_text("Belum lulus · nilai 40")
    office.page.reload()
    expect(office.page.locator("main")).to_contain_text("Belum lulus.")


def test_scorm_2004_goes_on_on_a_second_device(visitor: VisitorFor) -> None:
    slug = bring_in(visitor, "Arsip dua ribu empat", scorm_2004())
    phone = learn(visitor, slug)
    expect(frame_of(phone).locator("#halaman")).to_have_text("Langkah 1")
    frame_of(phone).locator("#lanjut").click()
    expect(phone.page.locator("[data-words]")).to_contain_text("Tersimpan")
    office = learn(visitor, slug)
    expect(frame_of(office).locator("#halaman")).to_have_text("Langkah 2")
    frame_of(office).locator("#selesai").click()
    expect(office.page.locator("[data-words]")).to_contain_text("Lulus · nilai 85")
    office.open(f"/learning/courses/{slug}/")
    expect(office.page.locator("main")).to_contain_text("Selesai")


def test_h5p_goes_on_on_a_second_device(visitor: VisitorFor) -> None:
    slug = bring_in(visitor, "Kartu arsip", h5p(), "h5p")
    phone = learn(visitor, slug)
    press(phone, "Benar")
    expect(frame_of(phone).locator("[role=status]")).to_contain_text("Tepat.")
    press(phone, "Lanjut")
    expect(frame_of(phone).locator("section")).to_contain_text("Kartu 2 dari 6")
    expect(phone.page.locator("[data-words]")).to_contain_text("Tersimpan")
    phone.look()
    phone.open("/")  # what was answered a moment ago arrives although the page is left at once
    office = learn(visitor, slug)
    for place, answer in enumerate(("Salah", "Salah", "Benar", "Salah", "Benar"), start=2):
        expect(frame_of(office).locator("section")).to_contain_text(f"Kartu {place} dari 6")
        press(office, answer)
        expect(frame_of(office).locator("[role=status]")).to_contain_text("Tepat.")
        press(office, "Lanjut")
    expect(frame_of(office).locator("section")).to_contain_text("6 dari 6 tepat")
    expect(office.page.locator("[data-words]")).to_contain_text("Tersimpan · Selesai · nilai 100")
    office.look()
    office.page.reload()
    expect(frame_of(office).locator("section")).to_contain_text("6 dari 6 tepat")
    office.page.get_by_role("link", name="Catatan percobaan Anda").click()
    expect(office.page.locator("main")).to_contain_text("6 benar dari 6")
    office.look()


def test_the_last_values_arrive_when_the_page_is_left_at_once(visitor: VisitorFor) -> None:
    quick = PAGE_12.replace(b'api.LMSCommit("");', b"")
    slug = bring_in(visitor, "Surat tergesa", scorm_12({"isi/buka.html": quick}))
    phone = learn(visitor, slug)
    expect(frame_of(phone).locator("#halaman")).to_have_text("Halaman 1 dari 3")
    frame_of(phone).locator("#lanjut").click()
    expect(frame_of(phone).locator("#halaman")).to_have_text("Halaman 2 dari 3")
    phone.open("/")
    again = learn(visitor, slug)
    expect(frame_of(again).locator("#halaman")).to_have_text("Halaman 2 dari 3")


def test_a_goodbye_said_while_the_page_closes_arrives_beside_a_long_state(visitor: VisitorFor) -> None:
    # The state nearly fills what a browser carries while a page closes; the place comes in pagehide, the goodbye in unload.
    leaving = PAGE_2004.replace(
        b'api.Initialize("");',
        b"""api.Initialize("");
if (!api.GetValue("cmi.suspend_data")) { api.SetValue("cmi.suspend_data", "x".repeat(63000)); api.Commit(""); }
window.onpagehide = function () { api.SetValue("cmi.location", "7"); api.SetValue("cmi.exit", "suspend"); };
window.onunload = finish;
""",
    )
    slug = bring_in(visitor, "Arsip pamit", scorm_2004({"isi/mulai.html": leaving}))
    phone = learn(visitor, slug)
    expect(phone.page.locator("[data-words]")).to_contain_text("Tersimpan")
    phone.open("/")
    again = visitor(LEARNER)
    again.open(f"/learning/courses/{slug}/")
    expect(again.page.locator("main")).to_contain_text("Selesai")
    again.page.locator("main a[href^='/learning/']").filter(has_text="Memilah berkas").first.click()
    expect(frame_of(again).locator("#halaman")).to_have_text("Langkah 7")


def test_a_report_that_is_too_large_costs_neither_the_score_nor_the_earlier_place(visitor: VisitorFor) -> None:
    chatty = PAGE_2004.replace(
        b"function finish() {",
        b"""function finish() { for (var n = 0; n < 150; n++) api.SetValue("cmi.comments_from_learner." + n + ".comment", "x".repeat(3900));
""",
    )
    slug = bring_in(visitor, "Arsip panjang", scorm_2004({"isi/mulai.html": chatty}))
    phone = learn(visitor, slug)
    frame_of(phone).locator("#lanjut").click()
    expect(phone.page.locator("[data-words]")).to_contain_text("Tersimpan")
    frame_of(phone).locator("#selesai").click()
    expect(phone.page.locator("[data-words]")).to_contain_text(
        "Tersimpan · Lulus · nilai 85. Paket ini mengirim catatan yang terlalu besar"
    )
    phone.errors.clear()  # the refused report stands in the console
    phone.look()
    office = visitor(LEARNER).open(urlsplit(phone.page.url).path)
    expect(frame_of(office).locator("#halaman")).to_have_text("Langkah 2")


def test_a_package_sees_nothing_of_the_house(visitor: VisitorFor) -> None:
    slug = bring_in(visitor, "Surat pengintip", scorm_12({"isi/buka.html": PRYING}))
    phone = learn(visitor, slug)
    body = frame_of(phone).locator("body")
    expect(body).to_have_attribute("data-found", "cookie: page:closed storage:1 home:closed")
    phone.errors.clear()  # what it was denied stands in the console


def test_what_leads_out_of_a_package_is_shown_and_its_own_windows_open_closed(visitor: VisitorFor) -> None:
    ways = PAGE_12.replace(
        b"</body>",
        b"""<a href="https://contoh.example/aturan?a=1" target="_blank">Aturan</a>
<button onclick="window.open('https://contoh.example/buka')">Jendela luar</button>
<button onclick="window.open('latihan.html')">Jendela sendiri</button></body>""",
    )
    slug = bring_in(visitor, "Surat berpintu", scorm_12({"isi/buka.html": ways}))
    phone = learn(visitor, slug)
    shown = phone.page.locator("[data-outside] a")
    expect(shown).to_be_hidden()
    frame_of(phone).get_by_role("link", name="Aturan").press("Enter")
    expect(shown).to_have_attribute("href", "https://contoh.example/aturan?a=1")
    press(phone, "Jendela luar")
    expect(shown).to_have_text("https://contoh.example/buka")
    phone.look()
    with phone.page.expect_popup() as opening:
        press(phone, "Jendela sendiri")
    own = opening.value
    expect(own.locator("#halaman")).to_contain_text("dari 3")
    assert own.evaluate("window.origin") == "null"


# A unit that speaks with the store itself, as authoring tools write it: token, documents, statements, its own state.
UNIT = b"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Membaca surat</title><script>
var told = new URLSearchParams(location.search), token, data, at = 1;
function ask(method, path, more, body) {
  var query = new URLSearchParams(more || {});
  return fetch(told.get("endpoint") + path + (more ? "?" + query : ""), { method: method, body: body && JSON.stringify(body),
    headers: { "Authorization": "Basic " + token, "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json" } });
}
function state(method, name, body) {
  return ask(method, "activities/state", { stateId: name, activityId: told.get("activityId"), agent: told.get("actor"),
    registration: told.get("registration") }, body);
}
function say(word, result) {
  var base = "https://w3id.org/xapi/cmi5/context/categories/", context = JSON.parse(JSON.stringify(data.contextTemplate));
  context.registration = told.get("registration");
  context.contextActivities.category = [{ id: base + "cmi5" }].concat(word === "completed" ? [{ id: base + "moveon" }] : []);
  return ask("POST", "statements", null, { id: URL.createObjectURL(new Blob()).slice(-36), actor: JSON.parse(told.get("actor")),
    verb: { id: "http://adlnet.gov/expapi/verbs/" + word }, object: { id: told.get("activityId") }, context: context,
    result: result, timestamp: new Date().toISOString() });
}
function show(text) { document.getElementById("halaman").textContent = text || "Halaman " + at; }
window.onload = async function () {
  localStorage.setItem("a", "1");
  token = (await (await fetch(told.get("fetch"), { method: "POST" })).json())["auth-token"];
  data = await (await state("GET", "LMS.LaunchData")).json();
  await ask("GET", "agents/profile", { profileId: "cmi5LearnerPreferences", agent: told.get("actor") });
  await say("initialized");
  var kept = await state("GET", "tempat");
  if (kept.ok) at = (await kept.json()).at;
  show();
};
async function next() { at += 1; await state("PUT", "tempat", { at: at }); show(); }
async function finish() {
  var answer = await say("completed", { completion: true, duration: "PT4S" });
  if (!answer.ok) return show(await answer.text());
  await say("terminated", { duration: "PT5S" });
  location.href = data.returnURL;
}
</script></head><body><h1 id="halaman">...</h1><button id="lanjut" onclick="next()">Lanjut</button>
<button id="selesai" onclick="finish()">Selesai</button></body></html>
"""
ONE_UNIT = f"""<?xml version="1.0" encoding="UTF-8"?><courseStructure xmlns="{NAMESPACE}">
<course id="https://contoh.example/kursus/satu"><title><langstring>Satu</langstring></title>
<description><langstring>Satu.</langstring></description></course>
<au id="https://contoh.example/au/satu" moveOn="Completed"><title><langstring>Membaca surat</langstring></title>
<description><langstring>Membaca.</langstring></description><url>isi/membaca.html</url></au></courseStructure>
""".encode()


def test_a_cmi5_unit_speaks_with_the_store_and_goes_on_on_a_second_device(visitor: VisitorFor) -> None:
    slug = bring_in(visitor, "Surat cmi", cmi5_package({"cmi5.xml": ONE_UNIT, "isi/membaca.html": UNIT}))
    phone = learn(visitor, slug)
    expect(frame_of(phone).locator("#halaman")).to_have_text("Halaman 1")
    frame_of(phone).locator("#lanjut").click()
    expect(frame_of(phone).locator("#halaman")).to_have_text("Halaman 2")
    phone.errors.clear()  # a place that was not kept yet is not found, which stands in the console
    phone.look()
    office = learn(visitor, slug)
    expect(frame_of(office).locator("#halaman")).to_have_text("Halaman 2")
    frame_of(phone).locator("#selesai").click()
    expect(frame_of(phone).locator("#halaman")).to_contain_text("berakhir")
    phone.errors.clear()  # the refused statement stands in the console
    frame_of(office).locator("#selesai").click()
    expect(frame_of(office).locator("h1")).to_have_text("Kegiatan ditutup")
    expect(office.page.locator("#cmi5-state")).to_contain_text("Bagian ini selesai.", timeout=15_000)
    office.errors.clear()  # what the store refused or did not find
    office.page.click("text=Catatan sesi Anda")
    expect(office.page.locator("main")).to_contain_text("terpenuhi")
    office.look()


def test_what_a_package_asks_after_its_goodbye_comes_by_itself(visitor: VisitorFor) -> None:
    on = rule("continue", "completed", kind="post", objective="", operator="noOp")
    retry = rule("retry", kind="post", objective="") + '<imsss:limitConditions attemptLimit="2"/>'
    slug = bring_in(visitor, "Arsip berurutan", package({"A": on, "B": retry}))
    person = learn(visitor, slug)
    first = person.page.url
    expect(frame_of(person).locator("#halaman")).to_have_text("Langkah 1")
    frame_of(person).locator("#selesai").click()
    expect(person.page).not_to_have_url(first, timeout=20_000)
    frame_of(person).locator("#lanjut").click()
    expect(frame_of(person).locator("#halaman")).to_have_text("Langkah 2")
    frame_of(person).locator("#selesai").click()
    expect(person.page.locator("body")).to_contain_text("Percobaan ke-2 dimulai dari awal", timeout=20_000)
    expect(frame_of(person).locator("#halaman")).to_have_text("Langkah 1")
    frame_of(person).locator("#selesai").click()
    expect(person.page.locator("[data-words]")).to_contain_text("Tersimpan")
    person.page.reload()
    expect(person.page.locator("main")).to_contain_text("Percobaan sudah habis")
    expect(frame_of(person).locator("#halaman")).to_have_text("Langkah 1")
    person.look()
