"""The five kinds of activity that come with the house: page, video, file, quiz, test."""

import struct
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import english_of, item_problems, payload_of, read_picture, with_stored_image
from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE
from bina.learning.rules.folder import IMAGES, MEDIA, VIDEOS, FolderReader
from bina.learning.rules.kinds import (
    ActivityKind,
    Compiled,
    can_complete_file,
    can_complete_page,
    can_complete_quiz,
    can_complete_test,
    can_complete_video,
    merge_file,
    merge_seconds,
    merge_video,
    register_kind,
)
from bina.learning.rules.located_yaml import LocatedDict
from bina.learning.rules.page_text import check_text

MOST_ITEMS = 60
# Questions name a competency by its code alone; the codes are those of this framework.
TESTED_FRAMEWORK = "digcomp-3.0"


def _line(entry: Mapping[str, Any], field: str) -> int | None:
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
    payload: dict[str, Any] = {"file": name or ""}
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
            _line(entry, "file"), "captions",
        )  # fmt: skip
    body = ""
    if entry.get("transcript") is None:
        reader.error(
            _t("Video memerlukan transkrip (transcript), agar dapat dibaca ketika sinyal tidak cukup untuk video."),
            file, _line(entry, "file"), "transcript",
        )  # fmt: skip
    else:
        transcript = reader.referred(entry, "transcript", file, {".md"})
        body = (reader.text(transcript) if transcript else "") or ""
        if transcript and not body.strip():
            reader.error(_t("Transkrip ini kosong."), transcript)
        if transcript:
            check_text(reader, body, transcript)
    return Compiled(payload, body, size)


def compile_file(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A file to download and work with."""
    name = reader.referred(entry, "file", file, MEDIA)
    description = entry.get("description") or ""
    if not isinstance(description, str):
        reader.error(_t("Isian “description” harus berupa teks."), file, _line(entry, "description"), "description")
        description = ""
    elif description:
        check_text(
            reader,
            description,
            file,
            field="description",
            first_line=_line(entry, "description") or 1,
            allow_media=False,
        )
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
        reader.error(_t("Isian “role” harus pre atau post."), file, _line(entry, "role"), "role")
        role = "pre"
    name = reader.referred(entry, "file", file, {".yaml"})
    items = _items(reader, name, needs_competency=True) if name else []
    payload: dict[str, Any] = {"role": role, "items": items}
    if role == "post":
        payload["passing"] = _passing(reader, entry, file, default=None)
    elif entry.get("passing") is not None:
        reader.error(
            _t("Uji awal tidak menentukan kelulusan; hapus isian ini."), file, _line(entry, "passing"), "passing"
        )
    return Compiled(payload, "", reader.sizes.get(name or "", 0))


def _passing(reader: FolderReader, entry: Mapping[str, Any], file: str, default: int | None) -> int | None:
    value = entry.get("passing", default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        reader.error(_t("Nilai lulus harus bilangan bulat 0 sampai 100."), file, _line(entry, "passing"), "passing")
        return default
    return value


def _items(reader: FolderReader, name: str, *, needs_competency: bool) -> list[dict[str, Any]]:
    """The questions of a file, ready to show and grade; every fault is noted with its line."""
    content = reader.yaml(name)
    if content is None:
        return []
    if not isinstance(content, list) or not content:
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
    items: list[dict[str, Any]] = []
    for place, item in enumerate(content, start=1):
        line = item.line if isinstance(item, LocatedDict) else None
        code = item.get("code") if isinstance(item, Mapping) else None
        field = str(code)[:60] if isinstance(code, str) else _t("soal ke-%(n)s") % {"n": place}
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
                        reader, words[text_field], name, field=f"{field}, {text_field}",
                        first_line=_line(item.get("en", {}) if words is english else item, text_field) or 1,
                        allow_media=False,
                    )  # fmt: skip
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


_SHARED = frozenset({"key", "kind", "title", "minutes", "required"})

PAGE = register_kind(
    ActivityKind(
        code="page", name=_("Halaman"), icon="file-text", template="learning/kinds/_page.html",
        fields=_SHARED | {"file"}, compile=compile_page, merge=merge_seconds, can_complete=can_complete_page,
    )
)  # fmt: skip
VIDEO = register_kind(
    ActivityKind(
        code="video", name=_("Video"), icon="circle-play", template="learning/kinds/_video.html",
        fields=_SHARED | {"file", "captions", "poster", "transcript"}, compile=compile_video, merge=merge_video,
        can_complete=can_complete_video,
    )
)  # fmt: skip
FILE = register_kind(
    ActivityKind(
        code="file", name=_("Berkas latihan"), icon="download", template="learning/kinds/_file.html",
        fields=_SHARED | {"file", "description"}, compile=compile_file, merge=merge_file, can_complete=can_complete_file,
    )
)  # fmt: skip
QUIZ = register_kind(
    ActivityKind(
        code="quiz", name=_("Kuis"), icon="circle-help", template="learning/kinds/_quiz.html",
        fields=_SHARED | {"file", "passing"}, compile=compile_quiz, merge=merge_seconds, can_complete=can_complete_quiz,
        confirms=False,
    )
)  # fmt: skip
TEST = register_kind(
    ActivityKind(
        code="test", name=_("Uji"), icon="clipboard-check", template="learning/kinds/_test.html",
        fields=_SHARED | {"file", "role", "passing"}, compile=compile_test, merge=merge_seconds,
        can_complete=can_complete_test, teaches=False, confirms=False,
    )
)  # fmt: skip
