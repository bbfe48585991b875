"""Taking statements in: checked, found by what they speak of, stored in one transaction, once."""

import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from bina.foundation.errors import Denied, Refused
from bina.records.actions.definitions import are_known, learn_definitions
from bina.records.actions.ledger import (
    Line,
    can_write_at_once,
    file_again,
    open_ledger,
    rows_pointing_at,
    write_at_once,
    write_lines,
)
from bina.records.models import Attachment, Client, Statement
from bina.records.queries import Caller, known_ids
from bina.records.queries.sources import MICROSECONDS
from bina.records.rules import (
    TARGET,
    Invalid,
    Json,
    Scope,
    activities_in,
    identifier_of,
    is_signature,
    is_voiding,
    key_of,
    keys_of,
    may_define,
    moment_of,
    require_signature,
    require_statement,
    same_statement,
    target_of,
    written_moment,
)

TRIES = 5
VERSION_WRITTEN = {1: "1.0.0", 2: "2.0.0"}
LONGEST_CHAIN = 50
_encode = msgspec.json.encode
_decode = msgspec.json.decode
_IS_UTC = re.compile(r".*(?:Z|z|[+]00(?::?00)?)").fullmatch


@dataclass(slots=True)
class Draft:
    """A statement on its way in: its words without the closing brace, and what was understood of them."""

    statement_id: uuid.UUID
    told_id: str
    statement: Json
    head: bytes
    keys: set[int]
    target: str | None
    has_timestamp: bool


def house_agent() -> Json:
    """This installation as an agent: the authority of what it says itself."""
    return {
        "objectType": "Agent",
        "name": settings.SITE_NAME,
        "account": {"homePage": settings.BASE_URL, "name": "bina"},
    }


def store_statements(
    *,
    by: Caller | None,
    store_id: int,
    raw: Sequence[bytes],
    version: int,
    attached: Mapping[str, tuple[str, bytes]] | None = None,
    statement_id: str | None = None,
) -> list[str]:
    """Store statements given as JSON objects, all or none; their ids in order.

    ``version`` is 1 (xAPI 1.0.3) or 2; ``attached`` maps SHA-2 to content type and content; ``statement_id`` is the id
    that a single statement must have. A statement that is there already is left alone. Raises Invalid for what breaks the
    specification, Refused when an id is taken by another statement, Denied for taking back what others wrote.
    """
    authority = by.agent if by else house_agent()
    drafts = _drafts_of(raw, version, store_id, authority, statement_id)
    files = _files_of(drafts, attached or {})
    tail = b',"authority":' + _encode(authority)
    if len(drafts) == 1 and not files and _write_alone(by, store_id, drafts[0], tail, version):
        return [drafts[0].told_id]
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                _write(by, store_id, drafts, files, tail, version)
            return [draft.told_id for draft in drafts]
        except (IntegrityError, OperationalError):
            # Somebody else wrote one of these ids at this very moment; next time it is there to be compared with.
            if attempt == TRIES - 1 or transaction.get_connection().in_atomic_block:
                raise
            time.sleep(0.01 * (attempt + 1))
    raise AssertionError("unreachable")


def read_statement(words: bytes, *, version: int, where: str = "") -> Json:
    """A statement out of its words, which are valid xAPI; raises Invalid, naming the place, for anything else."""
    try:
        statement: Json = _decode(words)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("", _("Isi yang dikirim bukan JSON yang sah: %(error)s") % {"error": str(error)}) from error
    require_statement(statement, version=version, where=where, may_hold_null=b"null" in words)
    return statement


def _drafts_of(
    raw: Sequence[bytes], version: int, store_id: int, authority: Json, statement_id: str | None
) -> list[Draft]:
    drafts: list[Draft] = []
    seen: set[uuid.UUID] = set()
    who = identifier_of(authority)
    alone = len(raw) == 1
    for position, words in enumerate(raw):
        statement = read_statement(words, version=version, where="" if alone else f"[{position}]")
        draft = _draft_of(words, statement, version, store_id, who, statement_id)
        if draft.statement_id in seen:
            raise Invalid(f"[{position}].id", _("dipakai dua kali dalam satu kiriman."))
        seen.add(draft.statement_id)
        drafts.append(draft)
    return drafts


def _draft_of(
    words: bytes, statement: Json, version: int, store_id: int, who: str | None, statement_id: str | None
) -> Draft:
    told_id = statement.get("id")
    if statement_id is not None:
        if told_id is not None and told_id.lower() != statement_id.lower():
            raise Invalid("id", _("berbeda dari parameter “statementId”."))
        told_id = told_id or statement_id
    has_id = "id" in statement
    told_id = told_id or str(uuid.uuid4())
    if _must_be_rewritten(statement, version):
        statement = _as_kept(statement, version)
        words = _encode(statement)
    head = words.strip()[:-1]
    if not has_id:
        head = b'{"id":"' + told_id.encode() + b'",' + head.lstrip()[1:]
    return Draft(
        uuid.UUID(told_id), told_id, statement, head, keys_of(store_id, statement, who), target_of(statement),
        "timestamp" in statement,
    )  # fmt: skip


def _must_be_rewritten(statement: Json, version: int) -> bool:
    """Whether words must change: what only the store may say, single context activities, and in 2.0 times of zones."""
    if "stored" in statement or "authority" in statement:
        return True
    thing = statement["object"]
    inner = (statement, thing) if thing.get("objectType") == "SubStatement" else (statement,)
    for one in inner:
        around = one.get("context", {}).get("contextActivities")
        if around is not None and any(type(found) is not list for found in around.values()):
            return True
        if version == 2 and "timestamp" in one and not _IS_UTC(one["timestamp"]):
            return True
    return False


def _as_kept(statement: Json, version: int) -> Json:
    kept: Json = {}
    for key, value in statement.items():
        if key in {"stored", "authority"}:
            continue
        if key == "timestamp" and version == 2:
            moment = moment_of(value)
            value = written_moment(moment) if moment else value
        elif key == "object" and value.get("objectType") == "SubStatement":
            value = _as_kept(value, version)
        elif key == "context" and "contextActivities" in value:
            around = value["contextActivities"]
            value = value | {
                "contextActivities": {
                    place: found if type(found) is list else [found] for place, found in around.items()
                }
            }
        kept[key] = value
    return kept


def _files_of(drafts: Sequence[Draft], attached: Mapping[str, tuple[str, bytes]]) -> dict[str, tuple[str, bytes]]:
    """The files to keep; raises Invalid when one is missing that nobody could fetch, or one belongs to no statement."""
    named: set[str] = set()
    for draft in drafts:
        thing = draft.statement["object"]
        for where, holder in (("attachments", draft.statement), ("object.attachments", thing)):
            for position, attachment in enumerate(holder.get("attachments", ())):
                digest = attachment["sha2"].lower()
                place = f"{where}[{position}]"
                if digest in attached:
                    # Its hash was checked; the length beside it is what the client says of it, and is left as it is.
                    named.add(digest)
                elif "fileUrl" not in attachment:
                    raise Invalid(place, _("lampiran ini tidak disertakan dan tidak memiliki “fileUrl”."))
                if is_signature(attachment):
                    if digest not in attached:
                        raise Invalid(place, _("tanda tangan harus disertakan sebagai lampiran."))
                    require_signature(draft.statement, attachment, attached[digest][1], place)
    for digest in attached:
        if digest not in named:
            raise Invalid(
                "", _("Lampiran %(digest)s tidak disebut oleh pernyataan mana pun.") % {"digest": digest[:16]}
            )
    return dict(attached)


def _write(
    by: Caller | None,
    store_id: int,
    drafts: Sequence[Draft],
    files: Mapping[str, tuple[str, bytes]],
    tail: bytes,
    version: int,
) -> None:
    points = any(draft.target for draft in drafts)
    stored, rows = open_ledger(store_id, len(drafts), alone=points)
    known = known_ids(store_id, [str(draft.statement_id) for draft in drafts])
    fresh: list[tuple[int, Draft]] = []
    again: list[tuple[int, Draft]] = []
    for row, draft in zip(rows, drafts, strict=True):
        before = known.get(str(draft.statement_id))
        if before is None:
            fresh.append((row, draft))
        elif not same_statement(_decode(before[1]), draft.statement):
            raise Refused(
                _("Pernyataan dengan id %(id)s sudah ada dan isinya berbeda. Tidak ada yang disimpan.")
                % {"id": draft.told_id}
            )
        else:
            again.append((before[0], draft))
    # Whoever was to be taken back may have been written without that when the power went: it is made up for when its
    # sender, who got no answer, sends it again.
    _follow(None, store_id, again, only_waiting=True)
    if not fresh:
        return
    moment = _written(stored)
    with_stored = b',"stored":"' + moment + b'"' + tail
    with_both = b',"timestamp":"' + moment + b'"' + with_stored
    ending = _ending(version)
    write_lines(
        store_id,
        by.pk if by else None,
        stored,
        [
            Line(
                row,
                draft.statement_id,
                draft.head
                + (with_stored if draft.has_timestamp else with_both)
                + (b"}" if "version" in draft.statement else ending),
                sorted(draft.keys),
            )
            for row, draft in fresh
        ],
    )
    _keep_files(store_id, files)
    if by is None or may_define(by.scopes):
        learn_definitions(store_id, [activity for _, draft in fresh for activity in activities_in(draft.statement)])
    _follow(by, store_id, fresh)


def _write_alone(by: Caller | None, store_id: int, draft: Draft, tail: bytes, version: int) -> bool:
    """Write a single statement that is new and points nowhere in one round trip; False when it takes the long way.

    Nothing is written then: the id is taken, or an activity is described in new words.
    """
    if draft.target is not None or not can_write_at_once():
        return False
    if (by is None or may_define(by.scopes)) and not are_known(store_id, list(activities_in(draft.statement))):
        return False
    row, waiting = write_at_once(
        store_id,
        by.pk if by else None,
        draft.statement_id,
        draft.head,
        tail + (b"}" if "version" in draft.statement else _ending(version)),
        has_timestamp=draft.has_timestamp,
        keys=draft.keys,
        waiting_key=key_of(store_id, TARGET, str(draft.statement_id)),
    )
    if row is not None and waiting:
        with transaction.atomic():
            open_ledger(store_id, 0, alone=True)
            _follow(by, store_id, [(row, draft)])
    return row is not None


def _ending(version: int) -> bytes:
    return b',"version":"' + VERSION_WRITTEN[version].encode() + b'"}'


def _written(stored: int) -> bytes:
    seconds, micro = divmod(stored, MICROSECONDS)
    return (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micro:06d}Z").encode()


def _keep_files(store_id: int, files: Mapping[str, tuple[str, bytes]]) -> None:
    if files:
        Attachment.objects.bulk_create(
            [
                Attachment(store_id=store_id, sha2=digest, content_type=kind[:255], content=content)
                for digest, (kind, content) in sorted(files.items())
            ],
            ignore_conflicts=True,
        )


def _follow(
    by: Caller | None, store_id: int, written: Sequence[tuple[int, Draft]], *, only_waiting: bool = False
) -> None:
    """Let those who point be found with what they point at, and take back what was to be taken back, in any order.

    ``only_waiting`` looks at those who point at what was written, and not at where that points itself.
    """
    if not written:
        return
    waiting = rows_pointing_at([key_of(store_id, TARGET, str(draft.statement_id)) for _, draft in written])
    pointing = set(waiting) if only_waiting else {row for row, draft in written if draft.target} | set(waiting)
    if not pointing:
        return
    reached = set(pointing)
    # Whoever points at somebody who points: their chain has become longer too.
    edge = pointing
    while edge and len(reached) < LONGEST_CHAIN * 20:
        ids = Statement.objects.filter(pk__in=edge).values_list("statement_id", flat=True)
        edge = set(rows_pointing_at([key_of(store_id, TARGET, str(one)) for one in ids])) - reached
        reached |= edge
    for statement in Statement.objects.filter(pk__in=reached).order_by("pk"):
        _follow_one(by, statement)


def _follow_one(by: Caller | None, statement: Statement) -> None:
    words = _decode(bytes(statement.body))
    if is_voiding(words):
        _take_back(by, statement, words)
    further: set[int] = set()
    seen = {statement.statement_id}
    target = target_of(words)
    while target is not None and uuid.UUID(target) not in seen and len(seen) < LONGEST_CHAIN:
        seen.add(uuid.UUID(target))
        row = Statement.objects.filter(store_id=statement.store_id, statement_id=uuid.UUID(target)).first()
        if row is None:
            break
        words = _decode(bytes(row.body))
        further |= keys_of(statement.store_id, words, identifier_of(words["authority"]), pointed_at=True)
        target = target_of(words)
    file_again([(key, statement.stored, statement.pk) for key in sorted(further)])


def _take_back(by: Caller | None, voiding: Statement, words: Json) -> None:
    """Void the target, unless it takes back something itself. What others wrote takes the scope ``all``."""
    target = Statement.objects.filter(store_id=voiding.store_id, statement_id=uuid.UUID(words["object"]["id"])).first()
    if target is None or target.is_voided or is_voiding(_decode(bytes(target.body))):
        return
    if target.client_id != voiding.client_id and not _may_void_others(by, voiding):
        if by is not None and by.pk == voiding.client_id:
            raise Denied(
                _("Pernyataan ini ditulis aplikasi lain; hanya aplikasi dengan hak “all” boleh membatalkannya.")
            )
        return
    Statement.objects.filter(pk=target.pk).update(is_voided=True)


def _may_void_others(by: Caller | None, voiding: Statement) -> bool:
    if by is not None and by.pk == voiding.client_id:
        return Scope.ALL in by.scopes
    if voiding.client_id is None:
        return True
    scopes: Any = Client.objects.filter(pk=voiding.client_id).values_list("scopes", flat=True).first()
    return Scope.ALL in (scopes or ())
