"""Everybody in a rating round learns when it is their turn; a closed round is scored."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bina.assessment import actions, queries
from bina.assessment.rules import RoundState
from bina.design.formats import date
from bina.foundation import clock
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import superior_of, user_of


@react_to("round.reviewed")
def ask_for_suggestions(entry: Entry) -> None:
    """Raters were proposed: those who are rated may look at their peers and suggest others."""
    round_ = queries.round_by_public_id(entry.object_id)
    for subject in queries.people_rated_in(round_) if round_ else []:
        recipient = user_of(subject.employee)
        if recipient:
            notify(
                recipient=recipient,
                title=_("Siapa rekan yang tepat menilai Anda?"),
                body=_("Lihat rekan yang diusulkan dalam “%(round)s”. Usul Anda diputuskan atasan.")
                % {"round": entry.object_name},
                url=reverse("assessment:suggest_peers", args=[subject.public_id]),
                dedup_key=f"round-review:{subject.public_id}",
            )


@react_to("round.suggested")
def tell_about_suggestions(entry: Entry) -> None:
    """Somebody suggests other peers: the superior who rates in the round decides, and is told once a day."""
    row = queries.superior_in_round(str(entry.data.get("subject", "")))
    recipient = user_of(row.rater) if row else None
    if row and recipient:
        notify(
            recipient=recipient,
            title=_("%(name)s mengusulkan perubahan penilai") % {"name": row.subject.employee.courteous_name},
            body=_("Putuskan usulnya sebelum “%(round)s” dibuka.") % {"round": entry.object_name},
            url=reverse("assessment:suggest_peers", args=[row.subject.public_id]),
            dedup_key=f"round-suggested:{row.subject.public_id}:{clock.day_of(entry.occurred_at)}",
            mail=False,
        )


@react_to("round.opened", "round.extended", "round.reminded")
def ask_raters(entry: Entry) -> None:
    """A round was opened or extended, or it is time to remind: one notice per rater that says how many are waiting."""
    round_ = queries.round_by_public_id(entry.object_id)
    if round_ is None or round_.state != RoundState.OPEN:
        return
    waiting = queries.raters_waiting_in(round_)
    closes = date(round_.closes_on)
    if entry.verb == "round.extended":
        title = _("Waktu menilai diperpanjang sampai %(date)s") % {"date": closes}
        key = f"round-extended:{round_.public_id}:{round_.closes_on}"
    elif entry.verb == "round.opened":
        title = _("Anda diminta menilai dalam “%(round)s”") % {"round": round_.title}
        key = f"round-opened:{round_.public_id}"
    else:
        title = _("Pengingat: penilaian Anda ditunggu sampai %(date)s") % {"date": closes}
        # One reminder a day, however many rounds are open.
        key = f"rounds-reminder:{clock.day_of(entry.occurred_at)}"
    for person, recipient in queries.accounts_of(waiting).items():
        body = ngettext(
            "%(n)s penilaian menunggu Anda. Sekitar 15 menit; isian tersimpan di setiap langkah.",
            "%(n)s penilaian menunggu Anda. Sekitar 15 menit per orang; isian tersimpan di setiap langkah.",
            waiting[person],
        ) % {"n": waiting[person]}
        if entry.reason:
            body = f"{_('Alasan: %(reason)s') % {'reason': entry.reason}}\n{body}"
        notify(recipient=recipient, title=title, body=body, url=reverse("assessment:my_rounds"), dedup_key=key)


@react_to("round.closed")
def make_reports(entry: Entry) -> None:
    """A round was closed: make its reports."""
    actions.report_round(str(entry.object_id))


@react_to("round.reported")
def tell_about_reports(entry: Entry) -> None:
    """Reports are out: everybody who was rated learns of it, and every superior once, however many people it is about."""
    round_ = queries.round_by_public_id(entry.object_id)
    for subject in queries.people_rated_in(round_) if round_ else []:
        url = reverse("assessment:round_report", args=[subject.public_id])
        recipient = user_of(subject.employee)
        if recipient:
            notify(
                recipient=recipient,
                title=_("Laporan “%(round)s” Anda sudah terbit") % {"round": entry.object_name},
                body=_(
                    "Baca bagaimana diri Anda, atasan, dan rekan melihat pekerjaan Anda, lalu pilih langkah berikutnya."
                ),
                url=url,
                dedup_key=f"round-report:{subject.public_id}",
            )
        superior = superior_of(subject.employee)
        leader = user_of(superior) if superior else None
        if leader:
            notify(
                recipient=leader,
                title=_("Laporan “%(round)s” tim Anda sudah terbit") % {"round": entry.object_name},
                body=_("Bicarakan hasilnya dengan orangnya sebelum menyusun rencana bersama."),
                url=reverse("assessment:my_rounds"),
                dedup_key=f"round-team-report:{entry.object_id}",
            )


@react_to("round.cancelled")
def tell_about_a_cancelled_round(entry: Entry) -> None:
    """A round was called off after it had been opened: its raters need not go on."""
    round_ = queries.round_by_public_id(entry.object_id)
    if round_ is None or round_.opened_at is None:
        return
    for recipient in queries.accounts_of(queries.raters_in(round_)).values():
        notify(
            recipient=recipient,
            title=_("“%(round)s” dibatalkan") % {"round": entry.object_name},
            body=_("Alasan: %(reason)s Tidak ada yang perlu Anda isi lagi, dan tidak ada yang dihitung.")
            % {"reason": f"{entry.reason.rstrip('.')}."},
            url=reverse("assessment:my_rounds"),
            dedup_key=f"round-cancelled:{entry.object_id}",
            mail=False,
        )
