"""Kinds of activity that lead to or play something: a page elsewhere, a recording, a document."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.learning.rules.built_in import description_of, line_of, mp4_seconds, share_to_play, transcript_of
from bina.learning.rules.editing import EditField, Writing
from bina.learning.rules.folder import RECORDINGS, FolderReader
from bina.learning.rules.kinds import (
    SHARED_FIELDS,
    WATCHED_SHARE,
    ActivityKind,
    Compiled,
    can_complete_document,
    can_complete_link,
    can_complete_video,
    merge_document,
    merge_file,
    register_kind,
)
from bina.learning.rules.video_profile import merge_playing

LONGEST_ADDRESS = 500
MOST_PAGES = 2_000


def compile_link(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A page outside this house; where it leads is said before it is opened."""
    url = entry.get("url")
    address = url.strip() if isinstance(url, str) else ""
    problem = _address_problem(address)
    if problem:
        reader.error(problem, file, line_of(entry, "url"), "url")
        return Compiled()
    payload = {"url": address, "host": urlsplit(address).hostname or ""}
    return Compiled(payload, description_of(reader, entry, file), 0)


def _address_problem(address: str) -> str:
    if not address or len(address) > LONGEST_ADDRESS or any(char.isspace() for char in address):
        return _t("Isian “url” harus berisi satu alamat halaman, misalnya https://contoh.go.id/panduan.")
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return _t("Alamat ini tidak dapat dibaca. Salin lagi dari peramban Anda.")
    if parts.scheme not in {"http", "https"} or "." not in host:
        return _t("Alamat harus lengkap dan diawali https:// atau http://.")
    if parts.username or parts.password:
        return _t("Alamat ini memuat nama pengguna atau kata sandi; hapus dari alamatnya.")
    return ""


def compile_audio(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A recording to listen to, with its words."""
    name = reader.referred(entry, "file", file, RECORDINGS)
    size = reader.sizes.get(name or "", 0)
    payload: dict[str, Any] = {"file": name or "", "share": share_to_play(reader, entry, file)}
    if name and PurePosixPath(name).suffix.lower() == ".m4a":
        with reader.source.open(name) as stream:
            payload["seconds"] = mp4_seconds(stream, size)
    body = transcript_of(
        reader, entry, file,
        _t("Rekaman suara memerlukan transkrip (transcript), agar dapat diikuti tanpa mendengar."),
    )  # fmt: skip
    return Compiled(payload, body, size)


def compile_document(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A PDF that the browser shows in the page, with its text for those who cannot read it there."""
    name = reader.referred(entry, "file", file, {".pdf"})
    pages = entry.get("pages")
    if isinstance(pages, bool) or not isinstance(pages, int) or not 1 <= pages <= MOST_PAGES:
        reader.error(
            _t("Banyaknya halaman (pages) harus bilangan bulat 1 sampai %(most)s.") % {"most": MOST_PAGES},
            file, line_of(entry, "pages"), "pages",
        )  # fmt: skip
        pages = 1
    body = transcript_of(
        reader, entry, file,
        _t("Dokumen memerlukan versi teks (text), agar terbaca di ponsel kecil dan oleh pembaca layar."), "text",
    )  # fmt: skip
    return Compiled({"file": name or "", "pages": pages}, body, reader.sizes.get(name or "", 0))


LINK = register_kind(
    ActivityKind(
        code="link", name=_("Tautan keluar"), icon="external-link", template="learning/kinds/_link.html",
        fields=SHARED_FIELDS | {"url", "description"}, compile=compile_link, merge=merge_file,
        can_complete=can_complete_link,
        purpose=_("Halaman di luar Bina, misalnya naskah peraturan"),
        edits=(
            EditField("url", _("Alamat"), help=_("Lengkap dengan https://"), is_needed=True),
            EditField("description", _("Petunjuk"), Writing.WORDS, _("Apa yang dicari peserta di sana.")),
        ),
    )
)  # fmt: skip
AUDIO = register_kind(
    ActivityKind(
        code="audio", name=_("Rekaman suara"), icon="headphones", template="learning/kinds/_audio.html",
        fields=SHARED_FIELDS | {"file", "transcript", "share"}, compile=compile_audio, merge=merge_playing,
        can_complete=can_complete_video,
        purpose=_("Rekaman suara dengan transkrip"),
        edits=(
            EditField("file", _("Rekaman"), Writing.MEDIA, is_needed=True, endings=RECORDINGS),
            EditField("share", _("Persentase yang harus diputar"), Writing.NUMBER, low=10, high=100, fallback=WATCHED_SHARE),
            EditField("transcript", _("Transkrip"), Writing.TEXT, is_needed=True, end="-transkrip"),
        ),
    )
)  # fmt: skip
DOCUMENT = register_kind(
    ActivityKind(
        code="document", name=_("Dokumen"), icon="file-text", template="learning/kinds/_document.html",
        fields=SHARED_FIELDS | {"file", "pages", "text"}, compile=compile_document, merge=merge_document,
        can_complete=can_complete_document,
        purpose=_("PDF yang terbuka di halaman"),
        edits=(
            EditField("file", _("Dokumen PDF"), Writing.MEDIA, is_needed=True, endings=frozenset({".pdf"})),
            EditField("pages", _("Banyaknya halaman"), Writing.NUMBER, is_needed=True, low=1, high=MOST_PAGES),
            EditField("text", _("Versi teks"), Writing.TEXT, _("Bagi pembaca layar dan ponsel kecil."), is_needed=True,
                      end="-teks"),
        ),
    )
)  # fmt: skip
