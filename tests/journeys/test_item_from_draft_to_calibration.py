"""An author's story: questions come from Moodle, are mended and reviewed, one is tried unseen, calibrated, and then used."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, CompetencyScore, Item, ItemVersion
from bina.assessment.rules import REVIEW_CHECKS, right_answer
from bina.assessment.rules.drafting import typed_of
from bina.science.psychometrics import ScoredItems
from tests.answers import answer_as_modelled, crowd
from tests.assessment.test_drafting import as_sent
from tests.assessment.test_exchange_pages import hidden
from tests.cast import Cast
from tests.conftest import ClientFor

QUESTION = """<question type="multichoice"><name><text>M-{n}</text></name>
<questiontext format="html"><text>Soal ke-{n}: manakah data pribadi seorang warga?</text></questiontext>
<single>true</single><answer fraction="100"><text>Nomor induk kependudukan {n}</text></answer>
<answer fraction="0"><text>Jumlah penduduk kelurahan {n}</text></answer>
<answer fraction="0"><text>Alamat kantor dinas {n}</text></answer></question>"""
MOODLE = f"<quiz>{''.join(QUESTION.format(n=n) for n in range(1, 6))}</quiz>"


@pytest.mark.django_db
def test_a_question_from_a_file_becomes_a_measure(cast: Cast, client_for: ClientFor) -> None:
    actions.load_reference_data()
    author, reviewer = client_for(cast.trainer), client_for(cast.admin)
    bank = actions.own_bank(by=cast.trainer.user, agency=cast.agency)

    # A file is looked at, then taken: five drafts that measure nobody.
    url = reverse("assessment:import_items")
    file = SimpleUploadedFile("bank.xml", MOODLE.encode())
    page = author.post(url, {"bank": bank.code, "competency": "4.2", "level": "2", "file": file}).content.decode()
    assert "Ambil 5 butir" in page
    assert not Item.objects.filter(bank=bank).exists()
    taken = author.post(url, hidden(page), follow=True).content.decode()
    assert "5 butir baru" in taken
    assert "Semuanya draf" in taken
    assert set(Item.objects.filter(bank=bank).values_list("state", flat=True)) == {"draft"}
    assert not Blueprint.objects.filter(bank=bank).exists()

    # One is mended in the browser, then a review of all is asked for.
    item = Item.objects.select_related("current", "competency").get(bank=bank, code="M-5")
    assert item.current is not None
    form = as_sent(typed_of(queries.entry_of(item, item.current)))
    sent = {**form, "stem": "Manakah yang termasuk data pribadi?", "seen": actions.mark_of(item.current), "do": "save"}
    assert author.post(reverse("assessment:edit_item", args=[item.public_id]), sent).status_code == 302
    author.post(reverse("assessment:together"), {"work": "mine", "bank": bank.code, "step": "ask"})
    assert author.get(reverse("assessment:review_set")).content.decode().count('name="review"') == 0

    # Somebody else reads each of them and approves.
    page = reviewer.get(reverse("assessment:review_set")).content.decode()
    ids = [part.partition('"')[0] for part in page.split('name="review" value="')[1:]]
    assert len(ids) == 5
    said = {f"say-{one}": "approve" for one in ids}
    seen = {f"seen-{one}": page.partition(f'name="seen-{one}" value="')[2].partition('"')[0] for one in ids}
    reviewer.post(reverse("assessment:review_set"), {"review": ids, "checks": list(REVIEW_CHECKS), **said, **seen})
    assert set(Item.objects.filter(bank=bank).values_list("state", flat=True)) == {"reviewed"}

    # Four are used, the fifth is tried: nobody sees which, and it does not count.
    items = list(Item.objects.filter(bank=bank).order_by("code"))
    actions.move_items(by=cast.trainer.user, items=items[:4], state="in_use", reason="Siap.")
    actions.move_item(by=cast.trainer.user, item=items[4], state="pilot", reason="Dicoba dahulu.")
    blueprint = Blueprint.objects.get(bank=bank)
    session = actions.start_session(by=cast.siti.user, employee=cast.siti, blueprint=blueprint)
    tried = Item.objects.get(pk=items[4].pk)
    assert tried.current is not None
    assert (blueprint.item_count, session.item_count, tried.asked_count) == (4, 5, 1)
    assert session.form.index(tried.current.pk) not in {0, 4}
    for position, version in enumerate(queries.form_versions(session), start=1):
        question = client_for(cast.siti).get(reverse("assessment:question", args=[session.public_id, position]))
        assert "uji coba" not in question.content.decode().partition("<main")[2].partition("</main")[0].casefold()
        if version.item_id != tried.pk:
            answer = right_answer(version.item.kind, version.payload)
            actions.answer_item(by=cast.siti.user, session=session, position=position, answer=answer)
    actions.finish_session(by=cast.siti.user, session=session)
    score = CompetencyScore.objects.get(session=session)
    assert (score.item_count, score.share, session.score) == (4, 1.0, 1.0)

    # Enough people answer; a calibration finds where it stands, and then it is used as well.
    versions = [
        row.current for row in Item.objects.filter(bank=bank).select_related("current").order_by("code") if row.current
    ]
    truth = ScoredItems.without_guessing([1.4] * 5, [1.0, 1.6, 2.0, 2.4, 3.0])
    answer_as_modelled(crowd(cast.siti, "F" * 300), blueprint, versions, truth, seed=3)
    run = actions.request_calibration(by=cast.trainer.user, bank=bank)
    run = actions.calculate_calibration(str(run.public_id))
    assert run.state == "done", run.problem
    actions.publish_calibration(by=cast.trainer.user, run=run, reason="Cukup jawaban, cocok dengan modelnya.")
    found = ItemVersion.objects.get(pk=tried.current.pk)
    assert not found.is_provisional
    assert found.b > 2.0
    tried.refresh_from_db()
    actions.move_item(by=cast.trainer.user, item=tried, state="in_use", reason="Kalibrasi baik.")
    blueprint.refresh_from_db()
    assert blueprint.item_count == 5
