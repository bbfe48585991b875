"""Every page that a role can reach by links: no accessibility violation, no sideways scroll on a 360 px phone, no console error."""

import re
from collections import Counter, deque
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.browser.conftest import VisitorFor

ROLES = ("siti", "fadli", "rusli", "nurbaiti", "mardiana", "sugeng", "kristina", "hamdi", "admin")
SKIP = re.compile(
    r"/(admin|account/logout|language|static|learning/media)/|\.(xlsx|pdf|zip|yaml|csv)$|/download|/export|/template/|/imports/[^/]+/(result|errors)/$"
)
# How many pages of one kind are looked at; parts of courses differ more than others.
VISITS = {"learning:activity": 8, "learning:preview_activity": 1}


def kind_of(path: str) -> str:
    """The name of the page that answers at an address."""
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
    return set(kinds)


@pytest.mark.parametrize("key", ROLES)
def test_every_page_of_a_role_on_a_phone(visitor: VisitorFor, key: str) -> None:
    kinds = crawl(visitor, f"{key}@contoh.go.id.test")
    assert len(kinds) >= 8, f"{key} reaches only {sorted(kinds)}"


@pytest.mark.parametrize("key", ["siti", "mardiana"])
def test_every_page_in_the_dark_on_a_wide_screen(visitor: VisitorFor, key: str) -> None:
    crawl(visitor, f"{key}@contoh.go.id.test", desktop=True, dark=True)


@pytest.mark.parametrize(
    "path", ["/", "/account/login/", "/verify/", "/about/", "/account/password/reset/", "/credentials/verify/"]
)
def test_pages_for_strangers(visitor: VisitorFor, path: str) -> None:
    person = visitor()
    response = person.page.goto(f"{person.server.url}{path}")
    assert response is not None
    if response.status != 404:
        person.look()


def test_a_missing_page_says_so_kindly(visitor: VisitorFor) -> None:
    person = visitor("siti@contoh.go.id.test")
    response = person.page.goto(f"{person.server.url}/tidak-ada/")
    assert response is not None
    assert response.status == 404
    person.errors.clear()
    person.look()
