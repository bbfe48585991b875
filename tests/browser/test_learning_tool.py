"""A learning tool in a real browser: registered, picked from, opened in a tab and in a frame, and its score arrives."""

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, VisitorFor
from tests.browser.loopback_tool import LoopbackTool
from tests.learning.folders import files, outline, zipped

ADMIN, TRAINER, LEARNER = "admin@contoh.go.id.test", "mardiana@contoh.go.id.test", "siti@contoh.go.id.test"


@pytest.fixture
def tool(server: Server) -> Generator[LoopbackTool]:
    found = LoopbackTool(server.url)
    yield found
    found.close()


def register(visitor: VisitorFor, tool: LoopbackTool) -> None:
    """The administrator registers the tool and checks the line to it."""
    admin = visitor(ADMIN, desktop=True)
    admin.open("/lti/tools/new/")
    admin.look()
    page = admin.page
    page.select_option("select[name=agency]", "everyone")
    for name, value in {
        "name": "Simulasi loket di mesin ini", "code": "simulasi-lokal", "login_url": f"{tool.url}/masuk",
        "launch_url": f"{tool.url}/mulai", "redirect_uris": f"{tool.url}/terima", "keys_url": f"{tool.url}/kunci",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.check("input[name=may_frame]")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/lti/tools/[0-9a-f-]{36}/$"))
    page.get_by_role("button", name="Periksa sambungan").click()
    expect(page.locator("main")).to_contain_text("menjawab dengan 1 kunci")
    tool.client_id = page.locator("dt:has-text('Client ID') + dd").inner_text().strip()
    tool.deployment_id = page.locator("dt:has-text('Deployment ID') + dd").inner_text().strip()
    admin.look()
    admin.open("/lti/tools/").look()


def bring_in_the_course(visitor: VisitorFor) -> None:
    """The trainer uploads a small course, through the plain form that works without scripts."""
    plain = visitor(TRAINER, desktop=True, script=False)
    course = {**outline(), "slug": "kursus-alat", "title": "Kursus dengan alat"}
    content = zipped(files(course), around="kursus-alat/")
    plain.open("/learning/managed/import/")
    plain.page.set_input_files(
        "form input[name=file]", {"name": "kursus.zip", "mimeType": "application/zip", "buffer": content}
    )
    plain.page.click("button[value=keep]")
    plain.page.wait_for_url(re.compile(r"/learning/managed/kursus-alat/$"))


def test_a_tool_from_registration_to_a_score(visitor: VisitorFor, tool: LoopbackTool) -> None:
    register(visitor, tool)
    bring_in_the_course(visitor)
    author = visitor(TRAINER, desktop=True)
    page = author.page
    author.open("/learning/managed/kursus-alat/")
    page.click("a[href='/lti/pick/kursus-alat/']")
    expect(page.locator("main")).to_contain_text("Simulasi loket di mesin ini")
    author.look()
    page.get_by_role("link", name="Pilih isi Simulasi loket di mesin ini").click()
    page.get_by_role("button", name="Pakai dua kasus").click()
    page.wait_for_url(re.compile(r"/lti/picks/[0-9a-f-]{36}/$"))
    expect(page.locator("main")).to_contain_text("Kasus KTP")
    author.look()
    page.fill("input[name=minutes]", "20")
    page.fill("input[name=passing]", "70")
    page.fill("input[name=learning_hours]", "2")
    page.get_by_role("button", name="Masukkan ke draf kursus").click()
    page.wait_for_url(re.compile(r"/learning/managed/kursus-alat/$"))
    page.click("form[action*='/publish/'] button")
    page.wait_for_load_state()

    learner = visitor(LEARNER)
    page = learner.page
    learner.open("/learning/courses/kursus-alat/")
    page.locator("form[action='/learning/courses/kursus-alat/enrol/'] button").first.click()
    page.wait_for_url(re.compile(r"/learning/[0-9a-f-]{36}/"))
    base = re.sub(r"(/learning/[0-9a-f-]{36}/).*", r"\1", page.url)
    page.goto(f"{base}kasus-ktp/")
    learner.look()
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Buka kegiatan").click()
    tab = opening.value
    expect(tab.locator("#kenal")).to_have_text("Alat mengenal samaran.")
    tab.get_by_role("button", name="Layani warga").click()
    expect(tab.locator("h1")).to_have_text("Nilai terkirim (204)")
    page.reload()
    expect(page.locator("main")).to_contain_text("Bagian ini selesai. Nilai terbaik Anda 90.")
    learner.look()
    page.goto(f"{base}kasus-kk/")
    page.get_by_role("link", name="Buka kegiatan").click()
    frame = page.frame_locator("main iframe")
    expect(frame.locator("#kenal")).to_have_text("Alat mengenal samaran.")
    frame.get_by_role("button", name="Layani warga").click()
    expect(frame.locator("h1")).to_have_text("Nilai terkirim (204)")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.get_by_role("link", name="Selesai, kembali ke kursus").click()
    learner.errors.clear()  # the browser remarks that the frame begins at an address of ours, before it goes to the tool
    expect(page.locator("main")).to_contain_text("Bagian ini selesai. Nilai terbaik Anda 90.")
    page.get_by_role("link", name="Catatan dari alat").click()
    expect(page.locator("main")).to_contain_text("sudah dinilai")
    learner.look()
    assert not tool.faults
