"""Sending people to tools: from a part of a course, as a trial of its author, or to pick content; and answering who comes."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.integrations.lti import entries
from bina.integrations.lti.actions.notes import note
from bina.integrations.lti.actions.people import subject_of
from bina.integrations.lti.actions.platform_keys import signed
from bina.integrations.lti.models import Launch, LineItem, ResourceLink, SpentToken, Tool
from bina.integrations.lti.queries import (
    HINT_SECONDS,
    absolute,
    hint_of,
    known_user,
    launch_of_hint,
    line_item_address,
    line_items_address,
    picking_token,
    roster_address,
    tool_by_client_id,
    tool_for,
)
from bina.integrations.lti.rules import (
    INSTITUTION_LEARNER,
    INSTITUTION_STAFF,
    INSTRUCTOR,
    LEARNER,
    Message,
    Outcome,
    Place,
    Rejected,
    Told,
    ToolState,
    can_open_tool,
    claims_of,
    grades_claim,
    picking_claim,
    roster_claim,
)
from bina.journal.actions import record
from bina.learning.actions import open_activity, record_activity_progress
from bina.learning.queries import readable_version
from bina.learning.rules import can_learn, may_learn_in, may_manage_course
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.learning.models import Activity, Course, CourseVersion, Enrolment
    from bina.people.models import User

LONGEST_NONCE = 500
NONCE_KEPT = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person's browser carries to the tool: where, and which fields."""

    address: str
    fields: dict[str, str]
    tool_name: str


def open_tool(*, by: "User", enrolment: "Enrolment", activity: "Activity", in_frame: bool = False) -> str:
    """Send a learner to the tool of a part; the address at which the tool begins.

    Raises Denied for anyone but the learner, Refused after withdrawal, for a part that is not open yet, and where the tool
    is switched off, removed or not registered for the person's agency.
    """
    may_learn_in(by, enrolment).require()
    can_learn(enrolment.state).require()
    tool = _usable(enrolment.employee.agency_id, activity)
    open_activity(by=by, enrolment=enrolment, activity=activity)
    return _begin(tool, by, Message.OPEN, enrolment.course, activity=activity, enrolment=enrolment, in_frame=in_frame)


def try_tool(*, by: "User", version: "CourseVersion", activity: "Activity") -> str:
    """Send whoever may look at a version to the tool of one of its parts, as instructor.

    Raises Denied, and Refused as for learners.
    """
    if readable_version(by, version.public_id) is None:
        denied(_t("Hanya pengelola dan penelaah kursus ini yang dapat mencoba alatnya.")).require()
    agency_id = version.course.agency_id or (by.employee.agency_id if by.employee else None)
    return _begin(_usable(agency_id, activity), by, Message.OPEN, version.course, activity=activity)


def pick_content(*, by: "User", tool: Tool, course: "Course") -> str:
    """Send an author to a tool to pick content for a course. Raises Denied, and Refused for a tool that does not offer it."""
    may_manage_course(standing_of(by), course.agency_id).require()
    can_open_tool(tool.state).require()
    if not tool.uses_picking or tool.agency_id not in (None, course.agency_id):
        raise Refused(_t("Alat ini tidak menawarkan isi untuk kursus tersebut."))
    return _begin(tool, by, Message.PICK, course)


def _usable(agency_id: int | None, activity: "Activity") -> Tool:
    tool = tool_for(agency_id, activity.payload["tool"])
    can_open_tool(tool.state if tool else None).require()
    assert tool is not None
    return tool


@transaction.atomic
def _begin(
    tool: Tool, user: "User", message: Message, course: "Course", *, activity: "Activity | None" = None,
    enrolment: "Enrolment | None" = None, in_frame: bool = False,
) -> str:  # fmt: skip
    now = clock.now()
    launch = Launch.objects.create(
        tool=tool, user=user, message=message.value, course=course, enrolment=enrolment, activity=activity,
        in_frame=in_frame and tool.may_frame, begun_at=now, expires_at=now + dt.timedelta(seconds=HINT_SECONDS),
    )  # fmt: skip
    query = {
        "iss": settings.BASE_URL, "target_link_uri": _target(launch), "login_hint": subject_of(tool, user),
        "lti_message_hint": hint_of(launch), "client_id": tool.client_id, "lti_deployment_id": tool.deployment_id,
    }  # fmt: skip
    parts = urlsplit(tool.login_url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(query))))))


def _target(launch: Launch) -> str:
    if launch.message == Message.PICK:
        return launch.tool.picking_url or launch.tool.launch_url
    payload: dict[str, Any] = launch.activity.payload if launch.activity else {}
    return payload.get("target") or launch.tool.launch_url


def answer_login(parameters: Mapping[str, str], *, signed_in: "User | None") -> Reply:
    """Answer a tool that asks who is coming (OpenID Connect, third-party initiated): a signed message, once for each launch.

    ``signed_in`` is the account of the browser where its cookie came along; inside a frame none does, and the mark of the
    launch (made minutes ago, for one account and one tool, good once) stands for it. Raises Rejected with a sentence where
    the person has to read it; faults that only concern the tool's makers go to the tool.
    """
    tool = tool_by_client_id(parameters.get("client_id", ""))
    if tool is None:
        raise Rejected(_t("Alat dengan client_id ini tidak terdaftar di Bina."), code="unauthorized_client")
    address = parameters.get("redirect_uri", "")
    if address not in tool.redirect_uris:
        raise _noted(tool, _t("Alamat penerima (redirect_uri) ini tidak terdaftar untuk alat tersebut."))
    fault = _fault_of(parameters)
    if fault is not None:
        note(tool, fault[1], is_fault=True)
        told = {"error": fault[0], "error_description": fault[1]}
        return Reply(address, told | _state(parameters), tool.name)
    try:
        message = _message_for(tool, parameters, signed_in)
    except Refused as refusal:
        note(tool, str(refusal), is_fault=True)
        raise
    return Reply(address, {"id_token": message} | _state(parameters), tool.name)


def _noted(tool: Tool, sentence: str, code: str = "invalid_request") -> Rejected:
    note(tool, sentence, is_fault=True)
    return Rejected(sentence, code=code)


def _state(parameters: Mapping[str, str]) -> dict[str, str]:
    return {"state": parameters["state"]} if parameters.get("state") else {}


def _fault_of(parameters: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a request by the standard (LTI security framework, 5.1.1.2): its code and a sentence."""
    if "openid" not in parameters.get("scope", "").split():
        return "invalid_scope", _t("Permintaan masuk harus menyebut scope openid.")
    for name, wanted in (("response_type", "id_token"), ("response_mode", "form_post"), ("prompt", "none")):
        if parameters.get(name) != wanted:
            code = "unsupported_response_type" if name == "response_type" else "invalid_request"
            return code, _t("Permintaan masuk harus menyebut %(name)s=%(wanted)s.") % {"name": name, "wanted": wanted}
    if not 0 < len(parameters.get("nonce", "")) <= LONGEST_NONCE:
        return "invalid_request", _t("Permintaan masuk harus menyebut nonce.")
    return None


@transaction.atomic
def _message_for(tool: Tool, parameters: Mapping[str, str], signed_in: "User | None") -> str:
    launch = _held_launch(tool, parameters)
    if signed_in is not None and signed_in.pk != launch.user_id:
        raise Rejected(_t("Pembukaan ini dimulai oleh akun lain. Buka lagi dari kursus dengan akun Anda sendiri."))
    if not launch.user.is_active:
        raise Rejected(_t("Akun ini tidak aktif lagi."))
    if tool.state != ToolState.ON:
        can_open_tool(tool.state).require()
    if launch.enrolment is not None:
        can_learn(launch.enrolment.state).require()
    if parameters.get("login_hint") != subject_of(tool, launch.user):
        raise Rejected(_t("Alat mengirim petunjuk masuk (login_hint) yang bukan dari pembukaan ini."))
    nonce = parameters["nonce"]
    spend(tool, f"nonce:{nonce}", clock.now() + NONCE_KEPT, _t("Nonce ini sudah pernah dipakai alat tersebut."))
    launch.answered_at = clock.now()
    launch.save(update_fields=["answered_at"])
    told = _told(launch, nonce)
    if launch.enrolment is not None and launch.activity is not None:
        _note_opening(launch)
    return signed(claims_of(told, now=int(clock.now().timestamp())))


def _held_launch(tool: Tool, parameters: Mapping[str, str]) -> Launch:
    pk = launch_of_hint(parameters.get("lti_message_hint", ""))
    launch = Launch.objects.select_for_update(of=("self",)).filter(pk=pk, tool=tool).order_by().first() if pk else None
    if launch is None or launch.expires_at <= clock.now():
        raise Rejected(_t("Pembukaan ini palsu atau sudah kedaluwarsa. Kembali ke kursus, lalu buka alatnya lagi."))
    if launch.answered_at is not None:
        raise Rejected(_t("Pembukaan ini sudah dipakai. Kembali ke kursus, lalu buka alatnya lagi."))
    return launch


def spend(tool: Tool, mark: str, expires_at: dt.datetime, sentence: str) -> None:
    """Use up a mark of a tool; raises Rejected with the sentence when it was used before."""
    try:
        with transaction.atomic():
            SpentToken.objects.create(
                tool=tool, digest=hashlib.sha256(mark.encode()).hexdigest(), expires_at=expires_at
            )
    except IntegrityError as error:
        raise Rejected(sentence) from error


def _told(launch: Launch, nonce: str) -> Told:
    tool, course, activity = launch.tool, launch.course, launch.activity
    is_picking = launch.message == Message.PICK
    link = _held_link(tool, course, activity) if activity is not None else None
    is_learner = launch.enrolment_id is not None
    title = course.title if course.current_version_id else (activity.version.title if activity else course.slug)
    place = Place(
        str(course.public_id), course.slug, title, str(link.public_id) if link else "", activity.title if activity else "",
        activity.payload.get("description", "") if activity else "",
    )  # fmt: skip
    return_url = absolute("back", launch.public_id)
    services: dict[str, Any] = {}
    if is_picking:
        token = picking_token(launch)
        services |= picking_claim(
            return_url=absolute("picked_by_tool", token), data=token, may_frame=tool.may_frame,
            accepts_items=tool.uses_grades,
        )  # fmt: skip
    if tool.uses_grades and link is not None:
        item = _held_line_item(link, activity) if activity is not None else None
        services |= grades_claim(
            scopes=[scope.value for scope in tool.scopes if "lti-ags" in scope.value],
            line_items=line_items_address(course), line_item=line_item_address(item) if item else "",
        )  # fmt: skip
    if tool.uses_roster and link is not None:
        services |= roster_claim(roster_address(course))
    return Told(
        issuer=settings.BASE_URL, client_id=tool.client_id, deployment_id=tool.deployment_id,
        platform_id=urlsplit(settings.BASE_URL).netloc, platform_name=settings.SITE_NAME, message=Message(launch.message),
        target=_target(launch), nonce=nonce, known=known_user(tool, launch.user, subject_of(tool, launch.user)),
        roles=(LEARNER, INSTITUTION_LEARNER) if is_learner else (INSTRUCTOR, INSTITUTION_STAFF), place=place,
        return_url=return_url, shown_in="iframe" if launch.in_frame else "window", locale=get_language() or "id",
        custom={**tool.custom, **(activity.payload.get("custom", {}) if activity else {})}, services=services,
    )  # fmt: skip


def _held_link(tool: Tool, course: "Course", activity: "Activity") -> ResourceLink:
    link, _is_new = ResourceLink.objects.get_or_create(
        tool=tool, course=course, key=activity.key, defaults={"title": activity.title}
    )
    return link


def _held_line_item(link: ResourceLink, activity: "Activity") -> LineItem | None:
    """The column that belongs to a graded part, made with its first launch."""
    payload = activity.payload
    if payload.get("completes") == "opening":
        return None
    item, _is_new = LineItem.objects.get_or_create(
        link=link, is_ours=True,
        defaults={
            "tool": link.tool, "course": link.course, "label": activity.title, "maximum": payload["points"],
            "resource_id": payload.get("resource", ""), "tag": payload.get("tag", ""),
        },
    )  # fmt: skip
    return item


def _note_opening(launch: Launch) -> None:
    enrolment, activity = launch.enrolment, launch.activity
    assert enrolment is not None
    assert activity is not None
    record_activity_progress(
        by=launch.user, enrolment=enrolment, activity=activity, report={"outcome": Outcome(is_opened=True)}
    )
    record(
        entries.TOOL_OPENED, by=launch.user, kind="enrolment", object_id=enrolment.public_id, name=activity.title,
        agency_id=enrolment.employee.agency_id,
        data={"course": launch.course.slug, "activity": activity.key, "tool": launch.tool.code,
              "employee_id": enrolment.employee_id},
    )  # fmt: skip
