"""The working copy of a course stays the folder: byte for byte, with its comments, its way back, its drafts."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bina.learning import actions
from bina.learning.models import Course, CourseVersion, Workspace, WorkspaceSave
from bina.learning.rules import KINDS, OutlineText, form_of_part
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, folder_of, keys, opened, outline_of, part_form, typed
from tests.learning.folders import files, import_mini, outline, publish_mini, zipped

pytestmark = pytest.mark.django_db


def test_a_working_copy_is_the_folder_byte_for_byte_and_goes_out_as_it_came(cast: Cast, client_for: ClientFor) -> None:
    odd = {"catatan.md": "﻿## Dengan BOM\r\nbaris\r\n".encode(), "02.md": b"## Tanpa baris akhir"}
    content = files(None, odd)
    course = opened(cast, content)
    assert folder_of(course) == content
    exported = client_for(cast.trainer).get(f"{BASE}export/")
    with zipfile.ZipFile(io.BytesIO(b"".join(exported.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert {name.removeprefix("kursus-mini/"): archive.read(name) for name in archive.namelist()} == content
    version = CourseVersion.objects.get(course=course)
    assert actions.make_draft(by=cast.trainer.user, course=course).version == version


def test_a_form_that_changes_nothing_writes_nothing(cast: Cast, client_for: ClientFor) -> None:
    course = opened(cast)
    client, before = client_for(cast.trainer), folder_of(course)
    for key in keys(course):
        assert client.post(f"{BASE}parts/{key}/", part_form(client, key)).status_code == 302
    client.post(f"{BASE}about/", typed(client, f"{BASE}about/"))
    assert folder_of(course) == before
    assert WorkspaceSave.objects.count() == 1


HAND_WRITTEN = """\
# Kursus ini dijaga bersama.
slug: kursus-mini
title: "Kursus mini" # nanti diganti
summary: Kursus singkat untuk uji.
learning_hours: 1
level: 2
competencies:
  - {framework: digcomp-3.0, code: "4.2", target_level: 2}
sections:
  # yang pertama
  - title: Mulai
    activities:
      # awal sekali
      - {key: satu, kind: page, title: "Satu", minutes: 20, file: 01.md}
      - key: dua
        kind: page
        title: "Dua" # judul sementara
        # enam menit lebih
        minutes: 25
        file: 02.md
        catatan: belum dikenal
  - title: Akhir
    activities:
      - {key: tiga, kind: page, title: "Tiga", minutes: 1, file: 01.md}
"""


def test_comments_and_unknown_fields_stay_and_a_form_writes_only_what_it_changed(cast: Cast) -> None:
    course = opened(cast)
    user = cast.trainer.user
    content = {"course.yaml": HAND_WRITTEN.encode(), "01.md": b"satu\n", "02.md": b"dua\n"}
    actions.replace_workspace(by=user, course=course, origin=zipped(content))
    actions.arrange_course(by=user, course=course, do="down:satu")
    actions.arrange_course(by=user, course=course, do="section-name:1", title="Penutup: selesai")
    kind = KINDS["page"]
    entry = outline_of(course).find("dua")
    assert entry is not None
    form = form_of_part(kind, entry[2].value, {"02.md": "dua\n"})
    form.values["minutes"] = "24"
    actions.save_part(by=user, course=course, key="dua", form=form, seen=actions.Seen(""))
    text = folder_of(course)["course.yaml"].decode()
    for kept in (
        "# Kursus ini dijaga bersama.", "# nanti diganti", "  # yang pertama", "# awal sekali", "# judul sementara",
        "# enam menit lebih", "catatan: belum dikenal", '{key: satu, kind: page, title: "Satu", minutes: 20, file: 01.md}',
        '{key: tiga, kind: page, title: "Tiga", minutes: 1, file: 01.md}',
    ):  # fmt: skip
        assert kept in text
    assert "minutes: 24" in text
    assert "Penutup: selesai" in outline_of(course).sections[1].title
    assert keys(course) == ["dua", "satu", "tiga"]


@pytest.mark.parametrize(
    "text",
    ["{slug: kursus-mini, title: A, sections: [{title: B, activities: [{key: x, kind: page}]}]}",
     "slug: kursus-mini\nsections: [{title: B, activities: [{key: x, kind: page}]}]\ntitle: A\n",
     "slug: kursus-mini\ntitle: A\nsections:\n- activities:\n  - {key: x, kind: page}\n  title: B\n",
     "slug: kursus-mini\r\ntitle: A\r\nsections:\r\n- title: B\r\n  activities:\r\n  - key: x\r\n    kind: page\r\n"],
)  # fmt: skip
def test_any_layout_can_be_edited(text: str) -> None:
    found = OutlineText(text)
    found.set_part("x", {"key": "x", "kind": "page", "title": "Baru: # ya"})
    found.insert(found.sections[0], 1, {"key": "y", "kind": "quiz"})
    found.add_section("Kosong")
    found.set_fields({"title": "C", "summary": "baris\nbaris\n"})
    again = OutlineText(found.text)
    assert again.data == found.data
    assert again.keys() == ["x", "y"]
    assert again.fields["title"] == "C"
    assert [section.title for section in again.sections] == ["B", "Kosong"]


def test_a_draft_comes_of_it_and_published_versions_stay(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(agency=cast.agency)
    client = client_for(cast.trainer)
    assert client.get(BASE).headers["Location"] == "/learning/managed/kursus-mini/"
    assert "Sunting di peramban" in client.get("/learning/managed/kursus-mini/").content.decode()
    for _twice in range(2):
        assert client.post(f"{BASE}begin/").headers["Location"] == BASE
    client.post(f"{BASE}parts/halaman/", part_form(client, "halaman", file="## Baru\n\nTeks baru.\n"))
    made = client.post(f"{BASE}draft/", follow=True).content.decode()
    assert "Versi 2 tersimpan sebagai draf" in made
    course.refresh_from_db()
    first, second = course.versions.order_by("number")
    assert course.current_version == first
    assert "Teks tentang" in first.activities.get(key="halaman").body_html
    assert "Teks baru" in second.activities.get(key="halaman").body_html
    assert "tidak ada yang diubah" in client.post(f"{BASE}draft/", follow=True).content.decode()
    # A draft thrown away takes neither the course nor its working copy along.
    client.post(f"/learning/managed/versions/{second.public_id}/discard/")
    assert client.get(BASE).status_code == 200
    assert actions.make_draft(by=cast.trainer.user, course=course).version is not None


def test_a_course_from_nothing_survives_its_discarded_draft(cast: Cast) -> None:
    course = opened(cast)
    version = course.versions.get()
    actions.discard_draft(by=cast.trainer.user, version=version)
    assert Course.objects.filter(pk=course.pk).exists()
    assert folder_of(course) == files()


def test_folders_from_outside_and_here_are_interchangeable(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    changed = files(None, {"01.md": b"## Dari luar\n\n![Alur](media/a.svg)\n"})
    client.post(f"{BASE}exchange/", {"file": SimpleUploadedFile("k.zip", zipped(changed))})
    assert folder_of(course) == changed
    client.post(f"{BASE}exchange/", {"version": str(course.versions.get().public_id)})
    assert folder_of(course) == files()
    other = files({**outline(), "slug": "lain"})
    refused = client.post(f"{BASE}exchange/", {"file": SimpleUploadedFile("k.zip", zipped(other))})
    assert refused.status_code == 409
    assert "untuk kursus “lain”" in refused.content.decode()
    newer = files(None, {"01.md": b"## Lebih baru\n\n![Alur](media/a.svg)\n"})
    version = import_mini(newer, by=cast.trainer.user, agency=cast.agency)
    assert "diimpor" in client.get(BASE).content.decode()
    client.post(f"{BASE}exchange/", {"version": str(version.public_id)})
    assert folder_of(course) == newer
    assert "dengan isi lain" not in client.get(BASE).content.decode()
    actions.restore_save(by=cast.trainer.user, course=course, number=1)
    for content in (b"bukan zip", zipped({"x.md": b"x"}), zipped({"course.yaml": b"slug: [", "01.md": b"x"})):
        assert client.post(f"{BASE}exchange/", {"file": SimpleUploadedFile("k.zip", content)}).status_code == 409
    assert client.post(f"{BASE}exchange/", {"version": "x" * 36}).status_code == 404
    assert client.post(f"{BASE}exchange/", {}).status_code == 409
    assert folder_of(course) == files()


def test_long_histories_forget_their_oldest_saves(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bina.learning.actions.workspaces.saving.MOST_SAVES", 5)
    course, user = opened(cast), cast.trainer.user
    workspace = Workspace.objects.get(course=course)
    for number in range(12):
        actions.arrange_course(by=user, course=course, do="section-name:0", title=f"Nama {number}")
    assert [save.number for save in workspace.saves.order_by("number")] == [9, 10, 11, 12, 13]
    assert workspace.files.filter(name="course.yaml").count() == 5
    actions.restore_save(by=user, course=course, number=9 + 1)
    assert outline_of(course).sections[0].title == "Nama 8"
