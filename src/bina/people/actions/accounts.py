"""Accounts of employees: made by the house, opened by their owner through an invitation that ends by itself."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.people import entries
from bina.people.actions.authority import require_permission
from bina.people.actions.roles import grant_role
from bina.people.actions.staff import note
from bina.people.models import Employee, Invitation, OrgUnit, User
from bina.people.queries import employees_to_invite, open_invitation
from bina.people.rules import Permission, Role

INVITATION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation: its link exists only here and in the letter, the database keeps a hash."""

    invitation: Invitation
    link: str
    is_mailed: bool


@transaction.atomic
def create_account(*, employee: Employee, password: str | None = None, by: User | None = None) -> User:
    """The account of an employee, made when there is none; its sign-in name is the NIP, else the e-mail address.

    Without a password it waits for an invitation. Raises Refused when the employee has neither number nor e-mail.
    """
    user = User.objects.filter(employee=employee).first()
    if user is None:
        username = employee.employee_number or employee.email.lower()
        if not username:
            raise Refused(_("%(name)s belum punya NIP atau surel; lengkapi salah satunya dulu.") % {"name": employee})
        if User.objects.filter(username__iexact=username).exists():
            raise Refused(_("Nama masuk %(name)s sudah dipakai akun lain.") % {"name": username})
        user = User.objects.create_user(
            username, password, email=employee.email.lower(), display_name=employee.display_name, employee=employee
        )
        note(entries.ACCOUNT_CREATED, by, employee)
    elif password is not None:
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def create_platform_account(*, email: str, display_name: str, password: str | None = None) -> User:
    """An account without an employee (platform administrator, partner, juror); its sign-in name is its e-mail."""
    email = email.strip().lower()
    if User.objects.filter(username__iexact=email).exists():
        raise Refused(_("Nama masuk %(name)s sudah dipakai akun lain.") % {"name": email})
    user = User.objects.create_user(email, password, email=email, display_name=display_name)
    record(entries.ACCOUNT_CREATED, by=None, kind="user", object_id=user.pk, name=display_name)
    return user


@transaction.atomic
def create_platform_admin(*, email: str, display_name: str, password: str) -> User:
    """An account that looks after the whole installation; made by whoever runs the server, not from a page.

    Raises Refused when the address is none or is taken, or the password is too weak (with the reasons).
    """
    try:
        validate_email(email)
        validate_password(password, User(username=email, email=email, display_name=display_name))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    user = create_platform_account(email=email, display_name=display_name, password=password)
    trust_address(user=user)
    grant_role(by=None, user=user, role=Role.PLATFORM_ADMIN, unit=None, reason="Pemasangan")
    return user


@transaction.atomic
def trust_address(*, user: User) -> None:
    """Take an account's address as proved: it comes from the agency's own files, not from whoever signed up.

    An address that somebody else has proved is left alone.
    """
    email = user.email.lower()
    if not email or EmailAddress.objects.filter(email=email, verified=True).exists():
        return
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


def wish_for_mail(*, by: User, wanted: bool) -> None:
    """Whether the person wants notices by e-mail as well; letters about the account itself always come."""
    User.objects.filter(pk=by.pk).update(wants_mail=wanted)


def token_hash(token: str) -> str:
    """What the database keeps of an invitation's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(*, by: User | None, employee: Employee) -> Invited:
    """Send an employee the link for the first sign-in; it holds 14 days and replaces every earlier one.

    Without an e-mail address the link is only handed back, so that it can be given on paper. Raises Denied without the
    right; Refused when the person has left or can sign in already.
    """
    employee = Employee.objects.select_related("agency", "unit").get(pk=employee.pk)
    require_permission(by, Permission.INVITE_STAFF, employee.unit.path)
    if employee.left_on is not None:
        raise Refused(_("%(name)s sudah tercatat keluar, jadi tidak dapat diundang.") % {"name": employee})
    user = User.objects.filter(employee=employee).first()
    if user is not None and user.has_usable_password():
        raise Refused(
            _("%(name)s sudah punya akun. Bila lupa kata sandi, arahkan ke “Lupa kata sandi” di halaman masuk.")
            % {"name": employee}
        )
    moment = clock.now()
    Invitation.objects.filter(employee=employee, accepted_at=None, expires_at__gt=moment).update(expires_at=moment)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        employee=employee,
        token_hash=token_hash(token),
        sent_by=by,
        created_at=moment,
        expires_at=moment + dt.timedelta(days=INVITATION_DAYS),
    )
    link = settings.BASE_URL + reverse("people:accept_invitation", args=[token])
    if employee.email:
        body = render_to_string(
            "people/mail/invitation.txt", {"employee": employee, "link": link, "days": INVITATION_DAYS, "sender": by}
        )
        title = _("Undangan masuk ke Bina")
        # After commit only: a letter cannot be taken back when the transaction is.
        transaction.on_commit(lambda: send_mail(title, body, None, [employee.email], fail_silently=True))
    note(entries.INVITATION_SENT, by, employee, by_mail=bool(employee.email))
    return Invited(invitation, link, bool(employee.email))


@transaction.atomic
def request_unit_invitations(*, by: User | None, unit: OrgUnit) -> int:
    """Have everyone of a subtree invited who has an address but no account; a reaction sends the letters one by one.

    Returns how many that are; people whose invitation is still open are not troubled again.
    """
    require_permission(by, Permission.INVITE_STAFF, unit.path)
    count = employees_to_invite(unit).count()
    if not count:
        raise Refused(_("Semua orang di unit ini sudah punya akun, sudah diundang, atau belum punya surel."))
    record(
        entries.UNIT_INVITED, by=by, kind="unit", object_id=unit.public_id, name=unit.name, agency_id=unit.agency_id,
        data={"unit_id": unit.pk, "by_id": by.pk if by else None, "count": count},
    )  # fmt: skip
    return count


def invite_unit(*, by: User | None, unit: OrgUnit) -> int:
    """Send the letters of a unit; repeating it sends none twice. Returns how many were sent."""
    people = list(employees_to_invite(unit))
    for employee in people:
        invite(by=by, employee=employee)
    return len(people)


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Open the account behind an invitation with a password of the owner's choice; the link works once.

    Raises Refused when the link is unknown, used or out of date, or the password is too weak (with the reasons).
    """
    invitation = open_invitation(token_hash(token), for_update=True)
    if invitation is None:
        raise Refused(
            _("Tautan undangan ini sudah dipakai atau kedaluwarsa. Minta undangan baru kepada pengelola kepegawaian.")
        )
    employee = invitation.employee
    user = create_account(employee=employee)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    trust_address(user=user)
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    note(entries.INVITATION_ACCEPTED, user, employee)
    return user


@transaction.atomic
def reset_access(*, by: User | None, employee: Employee, reason: str) -> Invited:
    """Take away every key of a person who lost them all, end the sessions and invite anew; the old address hears of it.

    Raises Denied without the right (and for the own account), Refused when there is no account yet.
    """
    require_permission(by, Permission.MANAGE_STAFF, employee.unit.path)
    user = User.objects.select_for_update().filter(employee=employee).first()
    if user is None:
        raise Refused(_("%(name)s belum punya akun; kirim undangan saja.") % {"name": employee})
    if by is not None and by.pk == user.pk:
        raise Refused(_("Akses sendiri dipulihkan lewat surel atau kode pemulihan, atau oleh pengelola lain."))
    if not reason.strip():
        raise Refused(_("Tulis alasan pemulihan akses."))
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    note(entries.ACCESS_RESET, by, employee, reason=reason)
    if user.email:
        body = render_to_string("people/mail/access_reset.txt", {"user": user, "by": by})
        title = _("Akses akun Bina Anda dipulihkan oleh pengelola")
        transaction.on_commit(lambda: send_mail(title, body, None, [user.email], fail_silently=True))
    return invite(by=by, employee=employee)
