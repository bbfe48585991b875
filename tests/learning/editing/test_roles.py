"""Only those who look after a course edit it."""

import pytest

from bina.foundation.errors import Denied, Refused
from bina.learning import actions
from bina.learning.models import Course
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, opened
from tests.learning.folders import files, outline, publish_mini

pytestmark = pytest.mark.django_db


PAGES = ("", "about/", "add/", "files/", "history/", "export/", "try/", "parts/halaman/", "parts/kuis/questions/1/",
         "parts/kuis/questions/new/", "media/a.svg")  # fmt: skip

POSTS = (
    "arrange/",
    "draft/",
    "exchange/",
    "files/remove/",
    "history/1/restore/",
    "parts/kuis/questions/",
    "text/",
    "begin/",
)


def test_only_those_who_manage_the_course_get_in(cast: Cast, client_for: ClientFor) -> None:
    course = opened(cast)
    for person in (cast.siti, cast.budi, cast.evaluator, None):
        client = client_for(person)
        for page in PAGES:
            assert client.get(BASE + page).status_code in ({302} if person is None else {404})
        for page in POSTS:
            assert client.post(BASE + page).status_code in ({302} if person is None else {404})
    assert client_for(cast.siti).get("/learning/managed/new/").status_code == 404
    for page in PAGES:
        assert client_for(cast.admin).get(BASE + page).status_code == 200
    with pytest.raises(Denied):
        actions.arrange_course(by=cast.siti.user, course=course, do="up:kuis")
    national = publish_mini(files({**outline(), "slug": "nasional"}))
    with pytest.raises(Denied):
        actions.open_workspace(by=cast.trainer.user, course=national)
    with pytest.raises(Refused):
        actions.open_workspace(by=cast.admin, course=Course.objects.create(slug="kosong"))
