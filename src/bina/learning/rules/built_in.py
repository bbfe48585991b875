"""The first five kinds of activity that come with the house: page, video, file, quiz, test."""

import struct
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import english_of, item_problems, payload_of, read_picture, with_stored_image
from bina.foundation.errors import Refused
from bina.foundation.located_yaml import LocatedDict
from bina.foundation.uploads import MEGABYTE
from bina.learning.rules.editing import EditField, Writing
from bina.learning.rules.folder import IMAGES, MEDIA, PACKAGES, VIDEOS, FolderReader
from bina.learning.rules.kinds import (
    SHARED_FIELDS,
    WATCHED_SHARE,
    ActivityKind,
    Compiled,
    can_complete_file,
    can_complete_page,
    can_complete_quiz,
    can_complete_test,
    can_complete_video,
    merge_file,
    merge_seconds,
    register_kind,
)
from bina.learning.rules.languages import ENGLISH, note_unknown_questions, question_words, sibling
from bina.learning.rules.page_text import check_text, check_words
from bina.learning.rules.video_profile import merge_playing, said_of_playing

MOST_ITEMS = 60
# Questions name a competency by its code alone; the codes are those of this framework.
TESTED_FRAMEWORK = "digcomp-3.0"


def line_of(entry: Mapping[str, Any], field: str) -> int | None:
    """The line of a field of an entry, or of the entry where the field is missing."""
    return entry.lines.get(field, entry.line) if isinstance(entry, LocatedDict) else None


def compile_page(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A Markdown text with its images."""
    name = reader.referred(entry, "file", file, {".md"})
    text = reader.text(name) if name else None
    if name is None or text is None:
        return Compiled()
    if not text.strip():
        reader.error(_t("Halaman ini kosong."), name)
    facts = check_text(reader, text, name)
    words = len(text.split())
    size = len(text.encode()) + sum(reader.sizes[media] for media in facts.media)
    return Compiled({"words": words, "media": sorted(facts.media)}, text, size)


def compile_video(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A local video with captions, poster and transcript."""
    name = reader.referred(entry, "file", file, VIDEOS)
    payload: dict[str, Any] = {"file": name or "", "share": share_to_play(reader, entry, file)}
    size = reader.sizes.get(name or "", 0)
    if name and PurePosixPath(name).suffix.lower() == ".mp4":
        with reader.source.open(name) as stream:
            payload["seconds"] = mp4_seconds(stream, size)
    for field, endings in (("captions", {".vtt"}), ("poster", IMAGES)):
        if entry.get(field) is not None:
            found = reader.referred(entry, field, file, endings)
            payload[field] = found or ""
            size += reader.sizes.get(found or "", 0)
    if not entry.get("captions"):
        reader.warn(
            _t("Video ini belum punya takarir (captions), sehingga tidak dapat diikuti tanpa suara."), file,
            line_of(entry, "file"), "captions",
        )  # fmt: skip
    body = transcript_of(
        reader, entry, file,
        _t("Video memerlukan transkrip (transcript), agar dapat dibaca ketika sinyal tidak cukup untuk video."),
    )  # fmt: skip
    return Compiled(payload, body, size)


def share_to_play(reader: FolderReader, entry: Mapping[str, Any], file: str) -> int:
    """The share in percent that has to be played really; 80 when nothing is said."""
    value = entry.get("share", WATCHED_SHARE)
    if isinstance(value, bool) or not isinstance(value, int) or not 10 <= value <= 100:
        reader.error(
            _t("Bagian yang harus diputar (share) harus bilangan bulat 10 sampai 100."),
            file,
            line_of(entry, "share"),
            "share",
        )
        return WATCHED_SHARE
    return value


def transcript_of(
    reader: FolderReader, entry: Mapping[str, Any], file: str, missing: str, field: str = "transcript"
) -> str:
    """The words of a recording or a document; a missing or empty text is an error."""
    if entry.get(field) is None:
        reader.error(missing, file, line_of(entry, "file"), field)
        return ""
    name = reader.referred(entry, field, file, {".md"})
    body = (reader.text(name) if name else "") or ""
    if name and not body.strip():
        reader.error(_t("Teks ini kosong."), name)
    if name:
        check_text(reader, body, name)
    return body


def description_of(reader: FolderReader, entry: Mapping[str, Any], file: str) -> str:
    """What the author says about an activity, in Markdown without media; empty when nothing is said."""
    description = entry.get("description") or ""
    if not isinstance(description, str):
        reader.error(_t("Isian “description” harus berupa teks."), file, line_of(entry, "description"), "description")
        return ""
    if description:
        check_text(
            reader,
            description,
            file,
            field="description",
            first_line=line_of(entry, "description") or 1,
            allow_media=False,
        )
    return description


def compile_file(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A file to download and work with."""
    name = reader.referred(entry, "file", file, MEDIA - PACKAGES)
    description = description_of(reader, entry, file)
    return Compiled({"file": name or ""}, description, reader.sizes.get(name or "", 0))


def compile_quiz(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """Questions for practice, with explanations and as many tries as one likes."""
    name = reader.referred(entry, "file", file, {".yaml"})
    items = _items(reader, name, needs_competency=False) if name else []
    payload = {"passing": _passing(reader, entry, file, default=0), "items": items}
    return Compiled(payload, "", reader.sizes.get(name or "", 0))


def compile_test(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A measurement before or after the course; its questions say which competency they measure."""
    role = entry.get("role")
    if role not in {"pre", "post"}:
        reader.error(_t("Isian “role” harus pre atau post."), file, line_of(entry, "role"), "role")
        role = "pre"
    name = reader.referred(entry, "file", file, {".yaml"})
    items = _items(reader, name, needs_competency=True) if name else []
    payload: dict[str, Any] = {"role": role, "items": items}
    if role == "post":
        payload["passing"] = _passing(reader, entry, file, default=None)
    elif entry.get("passing") is not None:
        reader.error(
            _t("Uji awal tidak menentukan kelulusan; hapus isian ini."), file, line_of(entry, "passing"), "passing"
        )
    return Compiled(payload, "", reader.sizes.get(name or "", 0))


def _passing(reader: FolderReader, entry: Mapping[str, Any], file: str, default: int | None) -> int | None:
    value = entry.get("passing", default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        reader.error(_t("Nilai lulus harus bilangan bulat 0 sampai 100."), file, line_of(entry, "passing"), "passing")
        return default
    return value


def _items(reader: FolderReader, name: str, *, needs_competency: bool) -> list[dict[str, Any]]:
    """The questions of a file, ready to show and grade; every fault is noted with its line."""
    content = reader.yaml(name)
    if content is None:
        return []
    if content == []:
        reader.error(_t("Belum ada soal. Tulis sedikitnya satu."), name, 1)
        return []
    if not isinstance(content, list):
        reader.error(_t("Berkas soal harus berupa daftar berisi sedikitnya satu soal."), name, 1)
        return []
    if len(content) > MOST_ITEMS:
        reader.error(
            _t("Berkas soal memuat %(count)s soal; batasnya %(most)s.") % {"count": len(content), "most": MOST_ITEMS},
            name,
            1,
        )
        return []
    known = set(reader.competencies(TESTED_FRAMEWORK))
    english_words = question_words(reader, name, ENGLISH)
    codes = {str(item.get("code")) for item in content if isinstance(item, Mapping)}
    note_unknown_questions(reader, english_words, codes, sibling(name, ENGLISH))
    items: list[dict[str, Any]] = []
    for place, item in enumerate(content, start=1):
        line = item.line if isinstance(item, LocatedDict) else None
        code = item.get("code") if isinstance(item, Mapping) else None
        field = str(code)[:60] if isinstance(code, str) else _t("soal ke-%(n)s") % {"n": place}
        if isinstance(item, LocatedDict) and str(code) in english_words:
            if "en" in item:
                reader.error(
                    _t("Kata-kata Inggris soal ini ditulis dua kali: di sini dan di %(file)s.")
                    % {"file": sibling(name, ENGLISH)},
                    name, line, field,
                )  # fmt: skip
            item["en"] = english_words[str(code)]
        _read_picture(reader, item, name, field)
        pictures = reader.item_pictures
        faults = item_problems(item, competencies=known, needs_competency=needs_competency, images=pictures)
        for fault in faults:
            reader.error(fault, name, line, field)
        if faults or not isinstance(item, Mapping):
            continue
        if reader.item_codes.setdefault(str(code), name) != name or any(other["code"] == code for other in items):
            reader.error(
                _t("Kode soal “%(code)s” sudah dipakai di %(file)s.")
                % {"code": code, "file": reader.item_codes[str(code)]},
                name, line, field,
            )  # fmt: skip
            continue
        english = english_of(item)
        for words in (item, english):
            for text_field in ("stem", "explanation"):
                if words.get(text_field):
                    check_text(
                        reader, words[text_field],
                        sibling(name, ENGLISH) if words is english and str(code) in english_words else name,
                        field=f"{field}, {text_field}",
                        first_line=line_of(item.get("en", {}) if words is english else item, text_field) or 1,
                        allow_media=False,
                    )  # fmt: skip
        plain = {name: part for name, part in item.items() if name not in {"stem", "explanation"}}
        check_words(reader, plain, name, line or 1, field)
        stored = with_stored_image(item, {one: picture.digest for one, picture in pictures.items()})
        names = ("code", "kind", "level", "stem", "competency", "context", "explanation")
        kept = {one: item[one] for one in names if item.get(one)}
        items.append({**kept, **payload_of(stored), **({"en": english} if english else {})})
    return items


def _read_picture(reader: FolderReader, item: object, file: str, field: str) -> None:
    """The picture that a question shows, from the media of the folder; a fault of the picture is noted."""
    name = item.get("image") if isinstance(item, Mapping) else None
    if not isinstance(name, str) or name not in reader.sizes or name in reader.item_pictures:
        return
    reader.used.add(name)
    if PurePosixPath(name).suffix.lower() not in IMAGES:
        return
    try:
        reader.item_pictures[name] = read_picture(name, reader.content(name))
    except Refused as refusal:
        reader.error(str(refusal), file, None, field)


def mp4_seconds(stream: IO[bytes], size: int) -> float:
    """The length that an MP4 file states in its movie header, or 0 when it cannot be found."""
    position, end = 0, size
    for _step in range(200):
        if position + 8 > end:
            return 0.0
        stream.seek(position)
        head = stream.read(16)
        if len(head) < 8:
            return 0.0
        length, name = struct.unpack(">I4s", head[:8])
        header = 8
        if length == 1 and len(head) == 16:
            length, header = struct.unpack(">Q", head[8:16])[0], 16
        if length < header:
            return 0.0
        if name == b"moov":
            position, end = position + header, min(end, position + length)
        elif name == b"mvhd":
            stream.seek(position + header)
            return _movie_header(stream.read(min(length, MEGABYTE)))
        else:
            position += length
    return 0.0


def _movie_header(box: bytes) -> float:
    try:
        if box[:1] == b"\x01":
            scale, duration = struct.unpack(">IQ", box[20:32])
        else:
            scale, duration = struct.unpack(">II", box[12:20])
    except struct.error:
        return 0.0
    return round(duration / scale, 1) if scale else 0.0


PAGE = register_kind(
    ActivityKind(
        code="page", name=_("Halaman"), icon="file-text", template="learning/kinds/_page.html",
        fields=SHARED_FIELDS | {"file"}, compile=compile_page, merge=merge_seconds, can_complete=can_complete_page,
        purpose=_("Teks dengan gambar, tabel, dan kotak penting"),
        edits=(EditField("file", _("Isi halaman"), Writing.TEXT, is_needed=True),),
        has_variants=True,
    )
)  # fmt: skip
VIDEO = register_kind(
    ActivityKind(
        code="video", name=_("Video"), icon="circle-play", template="learning/kinds/_video.html",
        fields=SHARED_FIELDS | {"file", "captions", "poster", "transcript", "share"}, compile=compile_video,
        merge=merge_playing, says=said_of_playing, can_complete=can_complete_video,
        purpose=_("Video dengan takarir dan transkrip"),
        edits=(
            EditField("file", _("Video"), Writing.MEDIA, _("MP4 atau WebM. Makin kecil makin baik: banyak peserta memakai data "
                      "seluler."), is_needed=True, endings=VIDEOS),
            EditField("captions", _("Takarir"), Writing.MEDIA, _("Berkas WebVTT (.vtt)."), endings=frozenset({".vtt"})),
            EditField("poster", _("Gambar sampul"), Writing.MEDIA, endings=IMAGES),
            EditField("share", _("Persentase yang harus diputar"), Writing.NUMBER, low=10, high=100, fallback=WATCHED_SHARE),
            EditField("transcript", _("Transkrip"), Writing.TEXT, _("Bagi yang tidak dapat mendengar atau sinyalnya lemah."),
                      is_needed=True, end="-transkrip"),
        ),
    )
)  # fmt: skip
FILE = register_kind(
    ActivityKind(
        code="file", name=_("Berkas latihan"), icon="download", template="learning/kinds/_file.html",
        fields=SHARED_FIELDS | {"file", "description"}, compile=compile_file, merge=merge_file, can_complete=can_complete_file,
        purpose=_("Berkas yang diunduh untuk berlatih"),
        edits=(
            EditField("file", _("Berkas"), Writing.MEDIA, is_needed=True, endings=MEDIA - PACKAGES),
            EditField("description", _("Petunjuk"), Writing.WORDS, _("Apa yang dikerjakan dengan berkas ini.")),
        ),
    )
)  # fmt: skip
QUIZ = register_kind(
    ActivityKind(
        code="quiz", name=_("Kuis"), icon="circle-help", template="learning/kinds/_quiz.html",
        fields=SHARED_FIELDS | {"file", "passing", "test_out"}, compile=compile_quiz, merge=merge_seconds,
        can_complete=can_complete_quiz, confirms=False,
        purpose=_("Latihan dengan pembahasan, boleh diulang"),
        edits=(
            EditField("passing", _("Nilai yang menutup bagian ini"), Writing.NUMBER, fallback=0),
            EditField("file", _("Soal"), Writing.QUESTIONS, is_needed=True),
        ),
    )
)  # fmt: skip
TEST = register_kind(
    ActivityKind(
        code="test", name=_("Uji"), icon="clipboard-check", template="learning/kinds/_test.html",
        fields=SHARED_FIELDS | {"file", "role", "passing", "test_out"}, compile=compile_test, merge=merge_seconds,
        can_complete=can_complete_test, teaches=False, confirms=False,
        purpose=_("Uji awal atau uji akhir yang mengukur kompetensi"),
        edits=(
            EditField("role", _("Uji yang mana"), Writing.CHOICE, is_needed=True,
                      choices=(("pre", _("Uji awal")), ("post", _("Uji akhir")))),
            EditField("passing", _("Nilai lulus"), Writing.NUMBER, _("Hanya untuk uji akhir; kosong berarti nilai lulus kursus.")),
            EditField("file", _("Soal"), Writing.QUESTIONS, is_needed=True),
        ),
    )
)  # fmt: skip
