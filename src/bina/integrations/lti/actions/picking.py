"""Content that was picked inside a tool: taken in from the tool, and put into the folder of a course."""

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _t

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.integrations.lti import entries
from bina.integrations.lti.actions.notes import note
from bina.integrations.lti.actions.tokens import spend_once
from bina.integrations.lti.actions.tool_keys import require_signed
from bina.integrations.lti.models import Launch, PickedContent
from bina.integrations.lti.queries import allows_loopback, has_working_copy, launch_of_picking
from bina.integrations.lti.rules import (
    CLAIM,
    DEEP,
    PICKED,
    VERSION,
    Message,
    PickedItem,
    Rejected,
    ToolState,
    can_use_address,
    entry_of,
    key_for,
    names_audience,
    read_items,
    require_times,
    with_activities,
)
from bina.journal.actions import record
from bina.learning.actions import add_entries, hold_course, import_course_folder, write_export
from bina.learning.queries import versions_of
from bina.learning.rules import OUTLINE, Problem, may_manage_course
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.learning.models import Course
    from bina.people.models import User

PORTION = 1_048_576


@dataclass(frozen=True, slots=True)
class Addition:
    """What came of putting something into a course: into its working copy, or as the draft with a number, or not at all."""

    problems: tuple[Problem, ...] = ()
    version: int | None = None
    in_working_copy: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it is in the course now."""
        return self.in_working_copy or self.version is not None


def take_picked(*, token: str, message: str) -> PickedContent:
    """Keep what a tool says was picked. Sent twice, the first answer stands.

    Raises Rejected for a token or a message that is forged, over, used, or meant for another launch.
    """
    pk = launch_of_picking(token)
    launch = (
        Launch.objects.filter(pk=pk, message=Message.PICK.value).select_related("tool", "course", "user").first()
        if pk
        else None
    )
    if launch is None:
        raise Rejected(_t("Pemilihan ini palsu atau sudah terlalu lama. Mulai lagi dari halaman kursus."))
    try:
        return _taken(launch, token, message)
    except Rejected as fault:
        note(launch.tool, str(fault), is_fault=True)
        raise


def _taken(launch: Launch, token: str, message: str) -> PickedContent:
    tool = launch.tool
    if tool.state != ToolState.ON:
        raise Rejected(_t("Alat ini dimatikan atau dihapus."), status=403)
    claims = require_signed(tool, message)
    if claims.get("iss") != tool.client_id or not names_audience(claims, settings.BASE_URL):
        raise Rejected(_t("Pesan ini bukan dari alat tersebut, atau bukan untuk Bina."))
    ends = require_times(claims, clock.now())
    wanted = {
        f"{CLAIM}message_type": PICKED, f"{CLAIM}version": VERSION, f"{CLAIM}deployment_id": tool.deployment_id,
        f"{DEEP}data": token,
    }  # fmt: skip
    for name, value in wanted.items():
        if claims.get(name) != value:
            raise Rejected(_t("Isi “%(name)s” dalam jawaban alat tidak sesuai.") % {"name": name.rpartition("/")[2]})
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not 0 < len(nonce) <= 255:
        raise Rejected(_t("Jawaban alat harus membawa nonce."))
    return _kept(launch, claims, nonce, ends)


@transaction.atomic
def _kept(launch: Launch, claims: dict[str, Any], nonce: str, ends: Any) -> PickedContent:
    held = Launch.objects.select_for_update(of=("self",)).get(pk=launch.pk)
    known = PickedContent.objects.filter(launch=held).first()
    if known is not None:
        return known
    spend_once(launch.tool, f"picked:{nonce}", ends)
    items, left_out = read_items(
        claims.get(f"{DEEP}content_items"),
        may_use=lambda url: bool(can_use_address(url, own=settings.BASE_URL, allows_loopback=allows_loopback())),
    )
    said = claims.get(f"{DEEP}errormsg") or claims.get(f"{DEEP}msg") or ""
    row = PickedContent.objects.create(
        launch=held, tool=launch.tool, course=launch.course, user=launch.user, items=[item.as_json() for item in items],
        left_out=left_out, words=str(said).replace("\x00", "")[:400], picked_at=clock.now(),
    )  # fmt: skip
    held.picked_at = row.picked_at
    held.save(update_fields=["picked_at"])
    record(
        entries.CONTENT_PICKED, by=launch.user, kind="course", object_id=launch.course.public_id, name=launch.course.title,
        agency_id=launch.course.agency_id, data={"course": launch.course.slug, "tool": launch.tool.code, "items": len(items)},
    )  # fmt: skip
    return row


def entries_of(
    picked: PickedContent, *, taken: set[str], minutes: int, passing: int | None = None,
    custom: Mapping[int, dict[str, str]] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The picked things as activities in the words of ``course.yaml``, with keys that are free in the course.

    ``custom`` replaces, by the place of an item, the values that its tool proposed.

    This is what an editor of courses puts into a folder; ``add_to_course`` does it for the newest version.
    """
    known = set(taken)
    found = []
    for place, stored in enumerate(picked.items):
        item = PickedItem(**stored)
        item = replace(item, custom=dict((custom or {}).get(place, item.custom)))
        key = key_for(item.title, known)
        known.add(key)
        found.append(entry_of(item, tool=picked.tool.code, key=key, minutes=minutes, passing=passing))
    return found


def add_to_course(
    *, by: "User", picked: PickedContent, section: int, minutes: int, passing: int | None = None,
    learning_hours: int | None = None, custom: Mapping[int, dict[str, str]] | None = None,
) -> Addition:  # fmt: skip
    """Put what was picked at the end of a section (counted from 0) of a course, once.

    Where authors work in a working copy it is put there, as one save of its history; a draft made of it later holds it.
    Otherwise it comes into the newest folder, kept as the draft of the course: read and checked as if it had been uploaded,
    and when something stands in the way nothing was kept. Raises Denied without the right to the course, Refused where
    nothing can be added.
    """
    course = picked.course
    may_manage_course(standing_of(by), course.agency_id).require()

    def made(taken: set[str]) -> list[dict[str, Any]]:
        return entries_of(picked, taken=taken, minutes=minutes, passing=passing, custom=custom)

    with transaction.atomic():
        # Held to the end: a second tab waits, and is told then.
        held = PickedContent.objects.select_for_update(of=("self",)).get(pk=picked.pk)
        if held.added_at is not None:
            raise Refused(_t("Isi ini sudah dimasukkan ke kursus."))
        if not picked.items:
            raise Refused(_t("Tidak ada yang dapat dimasukkan ke kursus ini."))
        hold_course(course)
        if has_working_copy(course):
            words = _t("Isi dari %(tool)s: %(titles)s") % {
                "tool": picked.tool.name, "titles": ", ".join(item["title"] for item in picked.items),
            }  # fmt: skip
            add_entries(
                by=by, course=course, section=section, entries=made, words=words[:300], learning_hours=learning_hours
            )
            addition = Addition(in_working_copy=True)
        else:
            addition = _added_to_draft(by, course, section, made, learning_hours)
        if addition.is_done:
            held.added_at = clock.now()
            held.save(update_fields=["added_at"])
            record(
                entries.CONTENT_ADDED, by=by, kind="course", object_id=course.public_id, name=course.title,
                agency_id=course.agency_id,
                data={"course": course.slug, "version": addition.version, "tool": picked.tool.code, "items": len(picked.items)},
            )  # fmt: skip
    return addition


def _added_to_draft(
    by: "User", course: "Course", section: int, made: "Callable[[set[str]], list[dict[str, Any]]]",
    learning_hours: int | None,
) -> Addition:  # fmt: skip
    version = versions_of(course).first()
    if version is None:
        raise Refused(_t("Tidak ada yang dapat dimasukkan ke kursus ini."))
    with tempfile.TemporaryFile() as folder:
        write_export(version, folder)
        folder.seek(0)
        outline = _outline_in(folder, course.slug)
        if not 0 <= section < len(outline["sections"]):
            raise Refused(_t("Bagian kursus yang dipilih tidak ada lagi. Muat ulang halaman ini."))
        taken = {row["key"] for part in outline["sections"] for row in part["activities"]}
        changed = with_activities(outline, made(taken), section=section)
        if learning_hours is not None:
            changed["learning_hours"] = learning_hours
        with tempfile.TemporaryFile() as target:
            _rewrite(
                folder, target, course.slug, yaml.safe_dump(changed, allow_unicode=True, sort_keys=False, width=110)
            )
            target.seek(0)
            report = import_course_folder(target, by=by, agency=course.agency)
    if report.version is None:
        return Addition(tuple(report.errors))
    return Addition(version=report.version.number)


def _outline_in(folder: IO[bytes], slug: str) -> dict[str, Any]:
    with zipfile.ZipFile(folder) as archive:
        outline: dict[str, Any] = yaml.safe_load(archive.read(f"{slug}/{OUTLINE}"))
    return outline


def _rewrite(source: IO[bytes], target: IO[bytes], slug: str, outline: str) -> None:
    """The same folder with another outline; everything else byte for byte."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            if member.filename == f"{slug}/{OUTLINE}":
                new.writestr(member.filename, outline)
                continue
            with old.open(member) as content, new.open(member, "w", force_zip64=True) as place:
                while portion := content.read(PORTION):
                    place.write(portion)
