"""The small course with a working copy, and its forms as a browser sends them."""

from typing import Any

from django.test import Client

from bina.learning import actions
from bina.learning.models import Course, Workspace
from bina.learning.queries import WorkspaceSource
from bina.learning.rules import OutlineText
from tests.cast import Cast
from tests.learning.folders import import_mini
from tests.learning.page_forms import form_on

BASE = "/learning/managed/kursus-mini/edit/"


def opened(cast: Cast, content: dict[str, bytes] | None = None) -> Course:
    """The small course with a working copy."""
    version = import_mini(content, by=cast.trainer.user, agency=cast.agency)
    actions.open_workspace(by=cast.trainer.user, course=version.course)
    return version.course


def folder_of(course: Course) -> dict[str, bytes]:
    """The working copy, byte for byte."""
    source = WorkspaceSource(Workspace.objects.get(course=course))
    found = {}
    for name in source.names():
        with source.open(name) as stream:
            found[name] = stream.read()
    return found


def outline_of(course: Course) -> OutlineText:
    return OutlineText(folder_of(course)["course.yaml"].decode())


def keys(course: Course) -> list[str]:
    return outline_of(course).keys()


def part_form(client: Client, key: str, **changes: str) -> dict[str, Any]:
    """What a browser would send of the page's form, with some fields typed anew."""
    return typed(client, f"{BASE}parts/{key}/", **changes)


def typed(client: Client, url: str, **changes: str) -> dict[str, Any]:
    """The form of a page as a browser sends it, with some fields typed anew."""
    page = client.get(url)
    assert page.status_code == 200
    return {**form_on(page.content.decode(), "seen"), "do": "save", **changes}
