"""The packages that the demo brings along: whole, without a remark, and the cmi5 unit speaks as its script says it does."""

import pytest

from bina.demo.packaging import packed
from bina.demo.studying import LOCAL, course_folder
from bina.demo.touring import TOUR
from bina.learning.actions import import_course_folder
from tests.cast import Cast


@pytest.mark.django_db
@pytest.mark.parametrize("slug", [LOCAL, TOUR])
def test_the_courses_of_the_demo_come_in_without_a_fault(cast: Cast, slug: str) -> None:
    report = import_course_folder(
        packed(course_folder(slug)), by=cast.trainer.user, agency=cast.agency, check_only=True
    )
    assert [one.sentence for one in report.errors] == []
    told = [one.sentence for one in report.problems if one.file.startswith("media/")]
    assert told == []
