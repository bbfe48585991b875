"""Instruments: shipped ones come from files, an agency writes its own; once published, an instrument stays as it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import Instrument
from bina.assessment.queries.instruments import may_manage_instrument
from bina.assessment.rules import InstrumentState, can_change_instrument, can_move_instrument
from bina.assessment.rules.instruments import Content, content_problems, question_problems
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.journal.registry import Verb
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, User

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "instruments"
FACTS = ("title", "title_en", "intro", "intro_en")


@transaction.atomic
def load_instrument(data: Mapping[str, Any]) -> Instrument:
    """Take a shipped questionnaire from its file (code, title, intro, questions, sections, scales); other questions make a
    new version.

    A second call changes nothing. Raises Refused with every fault.
    """
    questions = data.get("questions")
    rows = questions if isinstance(questions, list) else []
    content = Content(rows, data.get("sections") or [], data.get("scales") or [])
    problems = question_problems(questions) or content_problems(content)
    if problems or not data.get("code"):
        raise Refused(" ".join(problems) or _("Instrumen memerlukan kode."))
    facts = _facts(data)
    latest = Instrument.objects.filter(code=data["code"]).order_by("-version").first()
    if latest and latest.content == content:
        for name, value in facts.items():
            setattr(latest, name, value)
        latest.save()
        return latest
    return Instrument.objects.create(
        code=data["code"], version=latest.version + 1 if latest else 1, **facts, questions=content.questions,
        sections=content.sections, scales=content.scales,
    )  # fmt: skip


@transaction.atomic
def load_shipped_instruments() -> None:
    """Load the shipped instruments of this room; a second call changes nothing."""
    for path in sorted(SHIPPED.glob("*.yaml")):
        load_instrument(yaml.safe_load(path.read_text(encoding="utf-8")))


def _facts(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": str(data.get("title") or "").strip()[:200], "title_en": str(data.get("title_en") or "").strip()[:200],
        "intro": str(data.get("intro") or "").strip()[:2_000], "intro_en": str(data.get("intro_en") or "").strip()[:2_000],
    }  # fmt: skip


def _record(verb: Verb, by: "User", instrument: Instrument) -> None:
    record(
        verb, by=by, kind="instrument", object_id=instrument.public_id, name=instrument.title,
        agency_id=instrument.agency_id, data={"code": instrument.code, "version": instrument.version},
    )  # fmt: skip


@transaction.atomic
def create_instrument(
    *, by: "User", agency: "Agency", facts: Mapping[str, Any], content: Content | None = None, code: str = ""
) -> Instrument:
    """A draft of an agency's own instrument, empty or with what a file held.

    Its code is made from the agency and the given code or title. Raises Denied without the right, Refused without a title
    or when the code is taken (then a new version is wanted).
    """
    agencies = standing_of(by).agencies_with(Permission.EVALUATE)
    if agencies is not None and agency.pk not in agencies:
        denied(_("Hanya evaluator atau pengelola kepegawaian instansi yang dapat membuat instrumen.")).require()
    clean = _facts(facts)
    if not clean["title"]:
        raise Refused(_("Instrumen memerlukan judul."))
    own = f"{agency.code}:{slugify(code or clean['title'])[:30] or 'instrumen'}"[:60]
    if Instrument.objects.filter(code=own).exists():
        raise Refused(
            _("Kode “%(code)s” sudah dipakai instrumen lain. Pilih kode lain, atau buat versi baru dari instrumen itu.")
            % {"code": own.partition(":")[2]}
        )
    content = content or Content()
    instrument = Instrument.objects.create(
        code=own, agency=agency, state=InstrumentState.DRAFT.value, **clean, questions=content.questions,
        sections=content.sections, scales=content.scales,
    )  # fmt: skip
    _record(entries.INSTRUMENT_CREATED, by, instrument)
    return instrument


@transaction.atomic
def new_version_of(*, by: "User", instrument: Instrument) -> Instrument:
    """A draft that begins as a copy of an own instrument's newest version; a draft that is there already is given back."""
    _require_right(by, instrument)
    latest = Instrument.objects.select_for_update().filter(code=instrument.code).order_by("-version")[0]
    if latest.is_draft:
        return latest
    draft = Instrument.objects.create(
        code=latest.code, version=latest.version + 1, agency=latest.agency, state=InstrumentState.DRAFT.value,
        **{name: getattr(latest, name) for name in FACTS}, questions=latest.questions, sections=latest.sections,
        scales=latest.scales,
    )  # fmt: skip
    _record(entries.INSTRUMENT_CREATED, by, draft)
    return draft


def _require_right(by: "User", instrument: Instrument) -> None:
    if not may_manage_instrument(by, instrument):
        denied(
            _("Hanya evaluator atau pengelola kepegawaian instansi pemiliknya yang dapat mengubah instrumen ini.")
        ).require()


@transaction.atomic
def change_instrument(
    *, by: "User", instrument: Instrument, revision: int, content: Content | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Instrument:  # fmt: skip
    """Other words or other content for a draft; ``revision`` is the one that the page showed.

    What is not complete yet is taken too: faults are named on the page and keep it from being published. The same content
    again changes nothing. Raises Denied, Refused when it is published or was changed in another tab meanwhile.
    """
    _require_right(by, instrument)
    held = Instrument.objects.select_for_update().get(pk=instrument.pk)
    can_change_instrument(held.state).require()
    clean = _facts(facts) if facts is not None else {name: getattr(held, name) for name in FACTS}
    content = held.content if content is None else content
    if held.content == content and all(getattr(held, name) == value for name, value in clean.items()):
        return held
    if held.revision != revision:
        raise Refused(
            _(
                "Instrumen ini baru saja diubah di tab lain. Perubahan terakhir Anda belum disimpan; periksa, lalu ulangi."
            )
        )
    if not clean["title"]:
        raise Refused(_("Instrumen memerlukan judul."))
    for name, value in clean.items():
        setattr(held, name, value)
    held.questions, held.sections, held.scales = content.questions, content.sections, content.scales
    held.revision += 1
    held.save()
    _record(entries.INSTRUMENT_CHANGED, by, held)
    return held


@transaction.atomic
def publish_instrument(*, by: "User", instrument: Instrument) -> Instrument:
    """From now on it can be used and never changes; a second call changes nothing. Raises Denied, Refused with faults."""
    _require_right(by, instrument)
    held = Instrument.objects.select_for_update().get(pk=instrument.pk)
    if held.state == InstrumentState.PUBLISHED:
        return held
    can_move_instrument(held.state, InstrumentState.PUBLISHED).require()
    problems = content_problems(held.content)
    if problems:
        raise Refused(" ".join(problems))
    return _moved(by, held, InstrumentState.PUBLISHED, entries.INSTRUMENT_PUBLISHED)


@transaction.atomic
def retire_instrument(*, by: "User", instrument: Instrument) -> Instrument:
    """No new survey may use it; running ones go on. A second call changes nothing. Raises Denied, Refused for a draft."""
    _require_right(by, instrument)
    held = Instrument.objects.select_for_update().get(pk=instrument.pk)
    if held.state == InstrumentState.RETIRED:
        return held
    can_move_instrument(held.state, InstrumentState.RETIRED).require()
    return _moved(by, held, InstrumentState.RETIRED, entries.INSTRUMENT_RETIRED)


def _moved(by: "User", instrument: Instrument, state: InstrumentState, verb: Verb) -> Instrument:
    instrument.state = state.value
    instrument.save(update_fields=["state"])
    _record(verb, by, instrument)
    return instrument


@transaction.atomic
def remove_draft_instrument(*, by: "User", instrument: Instrument) -> None:
    """Take a draft away that nobody will use; published versions stay. Raises Denied, Refused when it is published."""
    _require_right(by, instrument)
    held = Instrument.objects.select_for_update().filter(pk=instrument.pk).first()
    if held is None:
        return
    can_change_instrument(held.state).require()
    _record(entries.INSTRUMENT_REMOVED, by, held)
    held.delete()
