"""Pathways are drafted, changed, brought in as a file, published as versions, and archived."""

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.rich_text import plain_text, render_markdown
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.models import Journey, Pathway, PathwayVersion
from bina.learning.queries import check_pathway_file
from bina.learning.queries.pathway_steps import competency_facts
from bina.learning.rules import (
    STEP_KINDS,
    TAKEN_PATHWAY_ADDRESSES,
    CourseState,
    can_course_become,
    may_manage_course,
    steps_of,
    write_pathway,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.learning.rules import Problem
    from bina.people.models import Agency, User


def _held(by: "User | None", pathway: Pathway) -> Pathway:
    """The pathway, read anew and held; raises Denied without the right to it."""
    if by is not None:
        may_manage_course(standing_of(by), pathway.agency_id).require()
    return Pathway.objects.select_for_update(of=("self",)).get(pk=pathway.pk)


def _note(verb: "Verb", by: "User | None", pathway: Pathway, title: str, **data: Any) -> None:
    record(
        verb, by=by, kind="pathway", object_id=pathway.public_id, name=title, agency_id=pathway.agency_id,
        data={"pathway": pathway.slug, **data},
    )  # fmt: skip


@transaction.atomic
def create_pathway(*, by: "User | None", agency: "Agency | None", title: str, summary: str) -> Pathway:
    """Begin a pathway with a first, empty stage; its address is made of its title.

    Raises Denied without the right to make pathways for that agency, Refused without a title.
    """
    if by is not None:
        may_manage_course(standing_of(by), agency.pk if agency else None).require()
    if not title.strip() or not summary.strip():
        raise Refused(_("Tulis judul dan ringkasan jalur terlebih dahulu."))
    base = slugify(title)[:60].strip("-") or "jalur"
    taken = TAKEN_PATHWAY_ADDRESSES | set(Pathway.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(one for one in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if one not in taken)
    pathway = Pathway.objects.create(slug=slug, agency=agency, owner=by)
    content = {
        "slug": slug, "title": title.strip(), "summary": summary.strip(),
        "stages": [{"title": _("Tahap %(n)s") % {"n": 1}, "steps": []}],
    }  # fmt: skip
    _write_draft(by, pathway, None, content)
    return pathway


@transaction.atomic
def save_pathway_draft(
    *, by: "User | None", pathway: Pathway, content: dict[str, Any], revision: int
) -> PathwayVersion:
    """Keep a changed content as the draft of a pathway; the published version stays as it is.

    ``revision`` is that of the draft the change was made on (0: there was none). Raises Refused when somebody changed the draft
    in between, Denied without the right to the pathway.
    """
    held = _held(by, pathway)
    draft = held.versions.filter(published_at=None).first()
    if (draft.revision if draft else 0) != revision:
        raise Refused(
            _(
                "Draf jalur ini baru saja diubah di tab lain atau oleh rekan Anda. Isi terbaru tampil di bawah; ulangi perubahan Anda."
            )
        )
    if draft is not None and draft.content == content:
        return draft
    return _write_draft(by, held, draft, {**content, "slug": held.slug})


def _write_draft(
    by: "User | None", pathway: Pathway, draft: PathwayVersion | None, content: dict[str, Any]
) -> PathwayVersion:
    if draft is None:
        newest: int = pathway.versions.aggregate(newest=Max("number"))["newest"] or 0
        draft = PathwayVersion(pathway=pathway, number=newest + 1, revision=0)
        _note(entries.PATHWAY_DRAFTED, by, pathway, content["title"], version=newest + 1)
    draft.title, draft.summary = content["title"][:160], content.get("summary", "")
    draft.description_html = render_markdown(content.get("description", ""))
    draft.audience = content.get("audience", "")
    draft.content, draft.stages = content, compiled_stages(content)
    draft.step_count = len(steps_of(content))
    draft.search_text = _search_text(content)
    draft.revision += 1
    draft.edited_at, draft.edited_by = clock.now(), by
    draft.save()
    return draft


def compiled_stages(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The stages as pages show them: every step with what its kind knows about it today."""
    return [{**stage, "steps": [_compiled(step) for step in stage["steps"]]} for stage in content.get("stages", ())]


def _compiled(step: dict[str, Any]) -> dict[str, Any]:
    kind = STEP_KINDS[step["kind"]]
    brief = step.get("brief", "")
    return {
        **step, "facts": kind.facts(step), "brief_html": render_markdown(brief) if brief else "",
        "proven_facts": competency_facts(step["proven"]) if step.get("proven") else {},
    }  # fmt: skip


def _search_text(content: dict[str, Any]) -> str:
    words = [content["title"], content.get("summary", ""), content.get("audience", "")]
    words += [plain_text(content.get("description", "")), *(step["title"] for step in steps_of(content))]
    return " ".join(words).lower()


@transaction.atomic
def import_pathway_file(
    *, by: "User | None", agency: "Agency | None", text: str
) -> "tuple[Pathway | None, list[Problem]]":
    """Keep the content of a file as the draft of the pathway with its address, a new one where there is none; in place of the
    draft before it. Nothing is kept when anything is wrong with it: then the problems say what.

    Raises Denied without the right to make pathways for that agency.
    """
    if by is not None:
        may_manage_course(standing_of(by), agency.pk if agency else None).require()
    content, problems = check_pathway_file(text)
    if problems:
        return None, problems
    slug = str(content["slug"])
    pathway = Pathway.objects.select_for_update().filter(slug=slug).first()
    if pathway is not None and pathway.agency_id != (agency.pk if agency else None):
        raise Refused(
            _("Alamat jalur “%(slug)s” sudah dipakai jalur lain; pilih alamat yang berbeda.") % {"slug": slug}
        )
    if pathway is None:
        try:
            with transaction.atomic():
                pathway = Pathway.objects.create(slug=slug, agency=agency, owner=by)
        except IntegrityError:
            raise Refused(_("Berkas ini sedang diimpor di tab lain; muat ulang halaman untuk melihatnya.")) from None
    draft = pathway.versions.filter(published_at=None).first()
    known = draft or pathway.current_version
    if known is None or known.content != content:
        _write_draft(by, pathway, draft, content)
    return pathway, []


@transaction.atomic
def publish_pathway(*, by: "User | None", pathway: Pathway) -> PathwayVersion:
    """Make the draft the version that people join from now on; those on the way stay on theirs. Without a draft the current
    version is given back, so a second click changes nothing.

    Raises Refused with the first thing that is wrong with the draft, Denied without the right to the pathway.
    """
    held = _held(by, pathway)
    draft = held.versions.filter(published_at=None).first()
    if draft is None:
        if held.current_version is None:
            raise Refused(_("Jalur ini belum punya isi yang dapat diterbitkan."))
        return held.current_version
    can_course_become(held.state, CourseState.PUBLISHED).require()
    content, problems = check_pathway_file(write_pathway(draft.content))
    if problems:
        raise Refused(_("Draf ini belum dapat terbit: %(problem)s") % {"problem": problems[0].sentence})
    draft.content, draft.stages = content, compiled_stages(content)
    draft.published_at = clock.now()
    draft.save()
    held.current_version, held.state = draft, CourseState.PUBLISHED.value
    held.save(update_fields=["current_version", "state"])
    _note(entries.PATHWAY_PUBLISHED, by, held, draft.title, version=draft.number)
    return draft


@transaction.atomic
def discard_pathway_draft(*, by: "User", pathway: Pathway) -> bool:
    """Throw the draft away, and the pathway with it when it was never published; True while the pathway is still there."""
    held = _held(by, pathway)
    draft = held.versions.filter(published_at=None).first()
    if draft is None:
        return True
    title, number = draft.title, draft.number
    draft.delete()
    _note(entries.PATHWAY_DRAFT_DISCARDED, by, held, title, version=number)
    if held.versions.exists() or Journey.objects.filter(pathway=held).exists():
        return True
    held.delete()
    return False


@transaction.atomic
def archive_pathway(*, by: "User", pathway: Pathway) -> None:
    """Take a pathway out of the catalogue; those on the way may finish. Doing it twice changes nothing."""
    held = _held(by, pathway)
    if held.state == CourseState.ARCHIVED:
        return
    can_course_become(held.state, CourseState.ARCHIVED).require()
    held.state = CourseState.ARCHIVED.value
    held.save(update_fields=["state"])
    _note(entries.PATHWAY_ARCHIVED, by, held, held.current_version.title if held.current_version else held.slug)


@transaction.atomic
def restore_pathway(*, by: "User", pathway: Pathway) -> None:
    """Bring an archived pathway back into the catalogue. Doing it twice changes nothing."""
    held = _held(by, pathway)
    if held.state == CourseState.PUBLISHED:
        return
    can_course_become(held.state, CourseState.PUBLISHED).require()
    if held.current_version is None:
        raise Refused(_("Jalur ini belum punya isi yang dapat diterbitkan."))
    held.state = CourseState.PUBLISHED.value
    held.save(update_fields=["state"])
    _note(entries.PATHWAY_RESTORED, by, held, held.current_version.title)
