"""Surveys: the people who are asked are invited, reminded, and told when one is called off."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import queries
from bina.assessment.models import Survey
from bina.design.formats import date
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to


@react_to("survey.announced")
def invite_to_a_survey(entry: Entry) -> None:
    """A survey begins: everybody who is asked learns what it is about and what is kept of their names."""
    survey = queries.survey_by_public_id(entry.object_id)
    if survey is None:
        return
    _ask(
        survey,
        _("Survei untuk Anda: %(title)s") % {"title": survey.title},
        _("%(mode)s. Dapat diisi sampai %(date)s.") % {"mode": survey.mode_name, "date": date(survey.closes_on)},
        f"survey:{survey.public_id}",
    )


@react_to("survey.reminded")
def remind_of_a_survey(entry: Entry) -> None:
    """Those without a ticket are reminded; nobody is shown who they are."""
    survey = queries.survey_by_public_id(entry.object_id)
    if survey is None:
        return
    _ask(
        survey,
        _("Masih terbuka sampai %(date)s: %(title)s") % {"title": survey.title, "date": date(survey.closes_on)},
        _(
            "Jawaban Anda belum kami terima. Pengingat ini dikirim otomatis; penyelenggara tidak melihat siapa yang belum menjawab."
        ),
        f"survey:{survey.public_id}:{survey.reminded_on}",
    )


def _ask(survey: Survey, title: str, body: str, dedup_key: str) -> None:
    """Bring a survey before everybody whose answers are awaited."""
    url = reverse("assessment:answer_survey", args=[survey.public_id])
    for user in queries.accounts_waiting(survey):
        notify(recipient=user, title=title, body=body, url=url, dedup_key=dedup_key)


@react_to("survey.cancelled")
def tell_about_a_cancelled_survey(entry: Entry) -> None:
    """A survey was called off: the people who were asked and have not answered learn why."""
    survey = queries.survey_by_public_id(entry.object_id)
    if survey is None or survey.announced_at is None:
        return
    for user in queries.accounts_waiting(survey):
        notify(
            recipient=user,
            title=_("Survei dibatalkan: %(title)s") % {"title": survey.title},
            body=_("Alasan: %(reason)s") % {"reason": entry.reason},
            url=reverse("assessment:home"),
            dedup_key=f"survey-cancelled:{survey.public_id}",
            mail=False,
        )
