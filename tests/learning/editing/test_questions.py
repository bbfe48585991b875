"""Questions of quizzes and tests written in the browser."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bina.learning import actions
from bina.learning.rules import ListText
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, folder_of, opened, typed
from tests.learning.folders import SVG, files, question

pytestmark = pytest.mark.django_db


QUESTION = {
    "kind": "single", "stem": "Apa yang dilakukan lebih dahulu?", "level": "2", "competency": "4.2", "explanation": "Lapor dahulu.",
    "options-count": "3", "options-0-text": "Melapor kepada pengelola", "options-1-text": "Menunggu kabar besok",
    "options-2-text": "Menghapus semua berkas", "options-correct": "0", "do": "save",
}  # fmt: skip


def test_questions_are_written_moved_and_removed(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    assert client.get(f"{BASE}parts/kuis/questions/new/").status_code == 200
    assert client.get(f"{BASE}parts/kuis/questions/new/?kind=single").status_code == 200
    missing = client.post(f"{BASE}parts/kuis/questions/new/", {**QUESTION, "stem": "", "options-correct": ""})
    assert "Belum tersimpan" in missing.content.decode()
    assert "Melapor kepada pengelola" in missing.content.decode()
    for _twice in range(2):
        saved = client.post(f"{BASE}parts/kuis/questions/new/", {**QUESTION, "competency": ""})
        assert saved.headers["Location"] == f"{BASE}parts/kuis/#soal-3"
    rows = ListText(folder_of(course)["kuis.yaml"].decode()).values
    assert [row["code"] for row in rows][:2] == ["K-1", "K-2"]
    assert rows[2]["options"][0] == {"text": "Melapor kepada pengelola", "correct": True}
    sent = typed(client, f"{BASE}parts/kuis/questions/3/")
    assert client.post(f"{BASE}parts/kuis/questions/3/", {**sent, "stem": "Apa dahulu?"}).status_code == 302
    stale = client.post(f"{BASE}parts/kuis/questions/3/", sent)
    assert stale.status_code == 409
    assert "Apa yang dilakukan lebih dahulu?" in stale.content.decode()
    client.post(f"{BASE}parts/kuis/questions/", {"do": "up:2"})
    client.post(f"{BASE}parts/kuis/questions/", {"do": "delete:0"})
    client.post(f"{BASE}parts/kuis/questions/", {"do": "delete:77"})
    rows = ListText(folder_of(course)["kuis.yaml"].decode()).values
    assert [row["stem"] for row in rows] == ["Apa dahulu?", question("K-2")["stem"]]


def test_untouched_questions_keep_their_letters_and_unknown_facts(cast: Cast, client_for: ClientFor) -> None:
    by_hand = "# dijaga Bu Ida\n- code: K-1\n  level: 2\n  kind: numeric\n  stem: Berapa?\n  answer: 4\n"
    by_hand += "  enemies: [K-9] # jangan bersama\n\n# kedua\n"
    by_hand += "- {code: K-2, level: 2, kind: numeric, stem: 'Dua?', answer: 2}\n"
    course = opened(cast, files(None, {"kuis.yaml": by_hand.encode()}))
    client = client_for(cast.trainer)
    client.post(
        f"{BASE}parts/kuis/questions/1/", typed(client, f"{BASE}parts/kuis/questions/1/", stem="Berapa jadinya?")
    )
    text = folder_of(course)["kuis.yaml"].decode()
    for kept in (
        "# dijaga Bu Ida",
        "enemies: [K-9] # jangan bersama",
        "# kedua",
        "- {code: K-2, level: 2, kind: numeric, stem: 'Dua?', answer: 2}",
    ):
        assert kept in text
    assert "Berapa jadinya?" in text


def test_a_picture_of_a_question_becomes_a_file_of_the_folder(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    picture = SVG.replace(b"Gambar", b"Lain")
    sent = {
        **QUESTION,
        "competency": "",
        "picture": SimpleUploadedFile("Layar Surel.svg", picture),
        "alt": "Surel dengan alamat aneh",
    }
    client.post(f"{BASE}parts/kuis/questions/new/", sent)
    row = ListText(folder_of(course)["kuis.yaml"].decode()).values[2]
    assert (row["image"], row["alt"]) == ("media/layar-surel.svg", "Surel dengan alamat aneh")
    assert folder_of(course)["media/layar-surel.svg"] == picture
    assert actions.make_draft(by=cast.trainer.user, course=course).version is not None
    assert typed(client, f"{BASE}parts/kuis/questions/3/")["image"] != [""]
