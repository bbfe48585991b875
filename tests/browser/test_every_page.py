"""Every page that a role can reach by links: no accessibility violation, no sideways scroll on a 360 px phone, no console error."""

import re
from collections import Counter, deque
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.browser.conftest import VisitorFor

ROLES = ("siti", "fadli", "rusli", "nurbaiti", "mardiana", "sugeng", "kristina", "hamdi", "admin")
SKIP = re.compile(
    r"/(admin|account/logout|language|static|learning/media|learning/step-works/files|assessment/files)/|/edit/media/|\.(xlsx|pdf|zip|yaml|csv)$|/download|/export|/template/|/imports/[^/]+/(result|errors)/$|^/lti/.*/(start|inside)/$"
)
# How many pages of one kind are looked at; parts of courses differ more than others.
VISITS = {
    "assessment:panel": 3,
    "assessment:round": 3,
    "learning:activity": 8,
    "learning:preview_activity": 1,
    "learning:edit_part": 4,
    "learning:new_step": 5,
    "learning:pathway": 2,
    "learning:step": 2,
}


def kind_of(path: str) -> str:
    """The name of the page that answers at an address; second pages of long lists are all of one kind."""
    if "?" in path:
        return "the second page of a list"
    try:
        return resolve(path).view_name or path
    except Resolver404:
        return path


def crawl(visit: VisitorFor, username: str, *, desktop: bool = False, dark: bool = False) -> set[str]:
    """Follow links from the home page, one page of each kind, and look at every one."""
    person = visit(username, desktop=desktop, dark=dark)
    waiting, seen, kinds = deque(["/"]), set[str](), Counter[str]()
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path)
        if path in seen or kinds[kind] >= VISITS.get(kind, 1):
            continue
        seen.add(path)
        kinds[kind] += 1
        response = person.page.goto(f"{person.server.url}{path}")
        assert response is not None
        assert response.status == 200, f"{path} answers {response.status} for {username}"
        person.look()
        words = person.page.inner_text("body")
        for leftover in ("None", "nan", "NaN", "{{", "%(", "Undefined"):
            assert not re.search(rf"(?<![\w]){re.escape(leftover)}(?![\w])", words), f"{path} shows {leftover!r}"
        for target in person.page.eval_on_selector_all("main a[href], header a[href]", "all => all.map(a => a.href)"):
            parts = urlsplit(urljoin(person.page.url, target))
            if parts.netloc == urlsplit(person.server.url).netloc and not SKIP.search(parts.path):
                waiting.append(parts.path)
                if parse_qs(parts.query).get("page") == ["2"]:
                    waiting.append(f"{parts.path}?{parts.query}")
    return set(kinds)


@pytest.mark.parametrize("key", ROLES)
def test_every_page_of_a_role_on_a_phone(visitor: VisitorFor, key: str) -> None:
    kinds = crawl(visitor, f"{key}@contoh.go.id.test")
    assert len(kinds) >= 8, f"{key} reaches only {sorted(kinds)}"


@pytest.mark.parametrize("key", ["siti", "mardiana"])
def test_every_page_in_the_dark_on_a_wide_screen(visitor: VisitorFor, key: str) -> None:
    crawl(visitor, f"{key}@contoh.go.id.test", desktop=True, dark=True)


@pytest.mark.parametrize(
    "path", ["/", "/account/login/", "/about/", "/account/password/reset/", "/credentials/verify/"]
)
def test_pages_for_strangers(visitor: VisitorFor, path: str) -> None:
    person = visitor()
    response = person.page.goto(f"{person.server.url}{path}")
    assert response is not None
    assert response.status == 200
    person.look()


def test_a_missing_page_says_so_kindly(visitor: VisitorFor) -> None:
    person = visitor("siti@contoh.go.id.test")
    response = person.page.goto(f"{person.server.url}/tidak-ada/")
    assert response is not None
    assert response.status == 404
    person.errors.clear()
    person.look()


FRAMEWORK = """\
code: pelayanan-1.0
name: Pelayanan publik di tepi sungai dan pesisir
version: "1.0"
kind: local
levels:
  - {number: 1, name: Dasar}
  - {number: 2, name: Mahir}
areas:
  - code: P
    name: Melayani
    competencies:
      - {code: P.1, name: Mendengar, levels: [{number: 1, descriptor: Mencatat keluhan}]}
"""


def test_a_framework_from_its_file_to_its_end(visitor: VisitorFor) -> None:
    person = visitor("admin@contoh.go.id.test")

    def send(text: str) -> None:
        person.open("/competencies/frameworks/upload/")
        file = {"name": "kamus.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
        person.page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]  # playwright's own kind of dict
        person.page.click("main form button[type=submit]")
        person.page.wait_for_selector("nav ol :text('Laporan')")
        person.look()

    send(FRAMEWORK.replace("kind: local", "kind: apa-saja"))
    send(FRAMEWORK)
    person.page.click("button:text('Simpan sebagai draf')")
    person.page.wait_for_url("**/frameworks/pelayanan-1.0/")
    person.look()
    for step in ("discard", "publish", "retire"):
        person.open(f"/competencies/frameworks/pelayanan-1.0/{step}/").look()
    person.open("/competencies/frameworks/pelayanan-1.0/discard/")
    person.page.fill("textarea[name=reason]", "Hanya untuk melihat halamannya")
    person.page.click("main form button[type=submit]")
    person.page.wait_for_url("**/competencies/frameworks/")
    person.look()


def test_an_agencys_own_competency_from_its_words_to_its_end(visitor: VisitorFor) -> None:
    person = visitor("mardiana@contoh.go.id.test").open("/competencies/frameworks/digcomp-3.0/")
    person.page.click("a[href$='/add/'] >> nth=0")
    person.page.fill("input[name=code]", "PTK-90")
    person.page.fill("input[name=name]", "Layanan sungai")
    person.page.fill("textarea[name=description]", "Melayani warga di tepi sungai")
    for level in range(1, 5):
        person.page.fill(f"[name=level_{level}]", f"Perilaku {level}")
    person.page.click("main form button[type=submit]")
    person.page.click("a:has-text('Layanan sungai')")
    person.page.wait_for_selector("a:text('Ubah kata-katanya')")
    person.look()
    person.page.click("a:text('Ubah kata-katanya')")
    person.page.wait_for_url("**/change/")
    person.look()
    person.page.go_back()
    person.page.click("main a:text-is('Akhiri')")
    person.page.wait_for_url("**/retire/")
    person.look()
    person.page.fill("textarea[name=reason]", "Layanannya pindah")
    person.page.click("main form button[type=submit]")
    person.page.wait_for_selector("text=tidak ditawarkan lagi. Alasan")
    person.look()
