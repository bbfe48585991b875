"""The result of a diagnostic: levels by area, and steps that can really be taken."""

import datetime as dt

import pytest
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import CompetencyScore, Session
from bina.assessment.rules import SessionState
from bina.competencies import queries as competencies
from bina.competencies.actions import recompute_everyone
from bina.competencies.models import CompetencyLevel
from bina.foundation import clock
from tests.cast import Cast, add_person
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(cast: Cast) -> Session:
    """A finished diagnostic of Siti's: 1.2 everywhere, more or less certain."""
    actions.load_reference_data()
    recompute_everyone()
    blueprint = queries.diagnostics().get()
    moment = clock.now()
    areas = competencies.area_list(competencies.published_framework())
    row = Session.objects.create(
        employee=cast.siti, blueprint=blueprint, state=SessionState.FINISHED.value, seed=1, form=[],
        started_at=moment - dt.timedelta(minutes=12), deadline_at=moment, finished_at=moment,
        adaptive={"withheld": [], "areas": {str(area.pk): [1.2, 0.5] for area in areas}, "whole": [1.2, 0.3]},
    )  # fmt: skip
    for place, competency in enumerate(competencies.competencies_by_code().values()):
        CompetencyScore.objects.create(
            session=row, competency=competency, value=1.2, standard_deviation=0.3 + place / 50, share=0.5, item_count=1
        )
    return row


def test_steps_name_a_course_a_measurement_and_a_day(session: Session, cast: Cast, client_for: ClientFor) -> None:
    outcome = queries.diagnostic_outcome(session)
    assert outcome.to_measure is not None
    assert outcome.to_measure.required is not None
    assert outcome.again_on is not None
    text = client_for(cast.siti).get(reverse("assessment:result", args=[session.public_id])).content.decode()
    assert "Langkah berikutnya" in text
    assert reverse("assessment:measure", args=[outcome.to_measure.public_id]) in text
    assert reverse("learning:catalogue") + "?q=" in text
    assert reverse("planning:mine") in text
    assert "Ulangi diagnosis mulai" in text
    assert "rekan di unit Anda" not in text
    assert client_for(cast.budi).get(reverse("assessment:result", args=[session.public_id])).status_code == 404


def test_what_is_sure_is_not_sent_to_another_test(session: Session) -> None:
    assert queries.diagnostic_outcome(session).is_even
    CompetencyScore.objects.update(standard_deviation=0.05)
    CompetencyScore.objects.filter(competency__code="4.2").update(value=0.7)
    assert not queries.diagnostic_outcome(session).is_even
    assert queries.diagnostic_outcome(session).to_measure is None


def test_colleagues_are_shown_from_five_on(session: Session, cast: Cast, client_for: ClientFor) -> None:
    ids = [row.pk for row in competencies.competencies_by_code().values()]
    for number in range(5):
        person = add_person(cast.seksi, f"Rekan {number}", "PELAKSANA", "Pengelola Layanan", serial=400 + number)
        CompetencyLevel.objects.bulk_create(
            CompetencyLevel(
                employee=person, competency_id=pk, mean=2.2, standard_deviation=0.4, computed_on=clock.today()
            )
            for pk in ids
        )
    text = client_for(cast.siti).get(reverse("assessment:result", args=[session.public_id])).content.decode()
    assert "rekan di unit Anda (sedikitnya 5 orang) sekitar 2,0" in text
