"""Gates by role: what is locked, unlocked by a result, or skipped by proof is the learner's own, whoever knocks at the door."""

import pytest

from bina.learning import queries
from bina.learning.models import Enrolment, Journey, StepWork
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import publish_mini
from tests.learning.pathways import complete_course, fresh_journey, joined, prove, publish_pathway
from tests.learning.test_gates import bent
from tests.learning.walking import enrolled, fresh, pass_quiz, read_page, take_test

pytestmark = pytest.mark.django_db
OTHERS = (
    "dewi", "rina", "budi", "division_head", "head", "unit_hr", "hr", "leader", "trainer", "evaluator", "admin",
)  # fmt: skip


@pytest.fixture
def gated(cast: Cast) -> Enrolment:
    """Siti in a course whose file opens after 100 points in the quiz, and whose first test makes the video unnecessary."""
    course = publish_mini(
        bent(
            berkas={"needs": [{"key": "kuis", "score": 100}]},
            uji_awal={"test_out": {"score": 100, "covers": ["video"]}},
        )
    )
    return enrolled(cast.siti, course)


@pytest.fixture
def journey(cast: Cast) -> Journey:
    """Siti at the beginning of the small pathway."""
    publish_mini()
    return joined(cast.siti, publish_pathway())


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_opens_ends_or_reports_a_part_of_the_learner(
    gated: Enrolment, cast: Cast, client_for: ClientFor, role: str
) -> None:
    client, base = client_for(getattr(cast, role)), f"/learning/{gated.public_id}"
    for key in ("halaman", "berkas", "video"):
        assert client.get(f"{base}/{key}/").status_code == 404
        assert client.post(f"{base}/{key}/done/").status_code == 404
        assert client.post(f"{base}/{key}/report/", {"report": '{"downloaded": 1}'}).status_code == 404
    assert client.post(f"{base}/kuis/quiz/", {}).status_code == 404
    assert client.post(f"{base}/uji-awal/test/").status_code == 404
    assert fresh(gated).progress_marks == {}


def test_the_result_opens_the_part_and_the_test_makes_another_unnecessary_at_the_learners_doors(
    gated: Enrolment, cast: Cast, client_for: ClientFor
) -> None:
    siti, base = client_for(cast.siti), f"/learning/{gated.public_id}"
    assert siti.post(f"{base}/berkas/done/").status_code == 409
    read_page(cast.siti.user, gated)
    pass_quiz(cast.siti.user, gated, right=False)
    assert siti.post(f"{base}/berkas/done/").status_code == 409
    pass_quiz(cast.siti.user, gated, token="t2")
    assert "Unduh" in siti.get(f"{base}/berkas/").content.decode()
    assert "video" not in fresh(gated).progress_marks
    take_test(cast.siti.user, gated, "uji-awal", right=2)
    assert fresh(gated).progress_marks["video"] == "c"


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_does_skips_or_leaves_a_step_of_the_person(
    journey: Journey, cast: Cast, client_for: ClientFor, role: str
) -> None:
    prove(cast.siti)
    client, base = client_for(getattr(cast, role)), f"/learning/journeys/{journey.public_id}"
    assert client.get(f"{base}/steps/tugas/").status_code == 404
    assert client.post(f"{base}/steps/tugas/", {"text": "Bukan saya.", "go": "hand_in"}).status_code == 404
    assert client.post(f"{base}/steps/dasar/skip/").status_code == 404
    assert client.post(f"{base}/leave/").status_code == 404
    assert not StepWork.objects.exists()
    assert fresh_journey(journey).state == "started"
    found = queries.way_of_journey(fresh_journey(journey)).find("dasar")
    assert found is not None
    assert found.state == "open"


@pytest.mark.parametrize("role", [*OTHERS, "siti"])
def test_only_those_who_look_after_the_pathway_or_the_agency_put_a_step_right(
    journey: Journey, cast: Cast, client_for: ClientFor, role: str
) -> None:
    url = f"/learning/journeys/{journey.public_id}/repair/"
    answer = client_for(getattr(cast, role)).post(
        url, {"go": "done", "step": "dasar", "reason": "Kursus di luar Bina."}
    )
    found = queries.way_of_journey(fresh_journey(journey)).find("dasar")
    assert found is not None
    if role in {"hr", "trainer"}:
        assert answer.status_code == 302
        assert found.state == "done"
    else:
        assert answer.status_code in {403, 404}
        assert found.state == "open"


def test_a_locked_stage_opens_by_the_result_and_by_the_proof_at_the_persons_doors(
    journey: Journey, cast: Cast, client_for: ClientFor
) -> None:
    siti, base = client_for(cast.siti), f"/learning/journeys/{journey.public_id}"
    page = siti.get(f"{base}/steps/tugas/")
    assert "Terbuka setelah tahap “Bekal” selesai." in page.content.decode()
    refused = siti.post(f"{base}/steps/tugas/", {"text": "Terlalu dini.", "go": "hand_in"})
    assert refused.status_code == 409
    told = siti.post(f"{base}/steps/dasar/skip/", follow=True).content.decode()
    assert "dapat dilewati setelah tingkat kompetensinya terbukti" in told
    assert "dasar" not in fresh_journey(journey).marks
    assert not StepWork.objects.filter(state="handed_in").exists()
    prove(cast.siti)
    assert siti.post(f"{base}/steps/dasar/skip/").status_code == 302
    assert siti.post(f"{base}/steps/tugas/", {"text": "Formulir baru.", "go": "hand_in"}).status_code == 302
    assert StepWork.objects.get().state == "handed_in"
    dewi = joined(cast.dewi, journey.pathway)
    own = f"/learning/journeys/{dewi.public_id}/steps/tugas/"
    assert client_for(cast.dewi).post(own, {"text": "Dini.", "go": "hand_in"}).status_code == 409
    complete_course(cast.dewi)
    assert client_for(cast.dewi).post(own, {"text": "Kini boleh.", "go": "hand_in"}).status_code == 302
