"""How allauth behaves in this house: closed sign-up, our own letters, and a pause that strangers cannot turn into a lock.

The device-cookie protocol (OWASP): a browser on which somebody has signed in keeps a signed mark for that account and has
an own counter of wrong tries; all other browsers share one. So guessing slows down strangers, never the owner's device.
"""

import base64
import hashlib
import io
import logging
import secrets
from typing import TYPE_CHECKING, Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bina.foundation import clock
from bina.people import actions
from bina.people.backends import account_named
from bina.people.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("bina.people")

COOKIE = "bina_device"
COOKIE_AGE = 400 * 24 * 3600
SALT = "bina.people.device"
MOST_PEOPLE_PER_BROWSER = 8
SESSION_MARK = "bina_device_marks"
# Wrong tries from one address without a known device; offices share an address, so this only stops floods.
FLOOD_LIMIT = {"login_failed": "60/m/ip"}


def device_marks(request: "HttpRequest") -> dict[str, str]:
    """The marks this browser carries: account id → secret. A broken or foreign cookie counts as none."""
    marks: dict[str, str] = {}
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
        marks.update({str(key): str(value) for key, value in found.items()})
    except (signing.BadSignature, AttributeError, ValueError):
        pass
    # A link from the mailbox proves the person as well; its mark lives in the session until the first sign-in.
    marks.update(request.session.get(SESSION_MARK, {}))
    return marks


def known_device(request: "HttpRequest", user: User | None) -> str:
    """What the database knows this browser by for an account; empty when the account never signed in here."""
    mark = device_marks(request).get(str(user.pk)) if user else None
    return hashlib.sha256(mark.encode()).hexdigest() if mark else ""


def mark_session(request: "HttpRequest", user: User) -> None:
    """Trust this browser for the account from now on; the cookie follows at sign-in."""
    marks = request.session.get(SESSION_MARK, {})
    request.session[SESSION_MARK] = {**marks, str(user.pk): marks.get(str(user.pk)) or secrets.token_urlsafe(16)}


def mark_device(request: "HttpRequest", response: "HttpResponse", user: User) -> None:
    """Leave a signed mark that this account has signed in on this browser."""
    marks = device_marks(request)
    secret = marks.pop(str(user.pk), None) or secrets.token_urlsafe(16)
    kept = dict(list(marks.items())[-(MOST_PEOPLE_PER_BROWSER - 1) :])
    response.set_cookie(
        COOKIE, signing.dumps({**kept, str(user.pk): secret}, salt=SALT), max_age=COOKIE_AGE, httponly=True,
        secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
    )  # fmt: skip


def _subject(user: User | None, name: str) -> str:
    return salted_hmac(SALT, f"account:{user.pk}" if user else f"name:{name.strip().lower()}").hexdigest()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from staff data and invitations; nobody signs up alone."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("Akun ini sedang tidak aktif."),
        "email_password_mismatch": gettext_lazy("Nama masuk atau kata sandi tidak cocok. Periksa keduanya."),
        "username_password_mismatch": gettext_lazy("Nama masuk atau kata sandi tidak cocok. Periksa keduanya."),
        "email_taken": gettext_lazy("Surel ini sudah dipakai akun lain."),
        "duplicate_email": gettext_lazy("Surel ini sudah terhubung dengan akun Anda."),
        "enter_current_password": gettext_lazy("Kata sandi sekarang tidak cocok."),
        "incorrect_code": gettext_lazy("Kodenya tidak cocok atau sudah lewat. Tunggu kode berikutnya, lalu coba lagi."),
        "incorrect_password": gettext_lazy("Kata sandi tidak cocok."),
        "invalid_password_reset": gettext_lazy("Tautan ini sudah dipakai atau kedaluwarsa."),
        "too_many_login_attempts": gettext_lazy("Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi."),
        "rate_limited": gettext_lazy("Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi."),
        "same_as_current": gettext_lazy("Nilai baru harus berbeda dari yang sekarang."),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        """Never: an agency decides who works for it."""
        return False

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """Before the password is looked at: a pause by device; unknown browsers also share a limit by address."""
        name = str(credentials.get("username") or credentials.get("email") or "")
        user = account_named(name)
        device = known_device(request, user)
        if not device:
            usage = ratelimit.consume(
                request, app="allauth.account", action="login_failed", config=FLOOD_LIMIT, key="sign-in"
            )
            if not usage:
                raise self.validation_error("too_many_login_attempts")
            self._login_failed_rl_usage = usage
        self._try = (_subject(user, name), device)
        wait = actions.begin_sign_in(subject=self._try[0], device=device)
        if wait:
            sentence = _(
                "Terlalu banyak percobaan dengan nama ini. Tunggu %(seconds)s detik, atau pakai “Lupa kata sandi” untuk "
                "masuk lewat surel."
            )
            raise ValidationError(sentence % {"seconds": wait}, code="too_many_login_attempts")

    def authenticate(self, request: Any, **credentials: Any) -> User | None:
        """The account for a right password; the counters follow."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            actions.note_right_password(subject=self._try[0], device=self._try[1])
        return user

    def post_login(self, request: Any, user: Any, **details: Any) -> Any:
        """After the last step of signing in this browser is known for the account."""
        actions.trust_address(user=user)
        response = super().post_login(request, user, **details)
        mark_device(request, response, user)
        request.session.pop(SESSION_MARK, None)
        return response

    def set_password(self, user: Any, password: str) -> None:
        """A new password by mail link or by its owner: this browser is the owner's."""
        super().set_password(user, password)
        if allauth_context.request is not None:
            mark_session(allauth_context.request, user)

    def get_password_change_redirect_url(self, request: Any) -> str:
        """Back to the overview of the account."""
        return reverse("people:account")

    def add_message(
        self,
        request: Any,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Our words for what allauth tells; a greeting at every sign-in is left out."""
        message = message or _sentence_for(message_template or "", (message_context or {}).get("email", ""))
        if message:
            super().add_message(request, level, message=message, extra_tags=extra_tags)

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """A plain letter from people/mail/<name>.txt; its first line is the subject."""
        name = template_prefix.rsplit("/", 1)[-1]
        text = render_to_string(f"people/mail/{name}.txt", {**context, "base_url": settings.BASE_URL}).strip()
        subject, _rest, body = text.partition("\n")
        to = [email] if isinstance(email, str) else email
        return EmailMessage(subject.strip(), body.strip() + "\n", self.get_from_email(), to, headers=headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter; strangers' addresses get none, and a mail server that is down does not show who has an account."""
        if template_prefix.endswith(("unknown_account", "account_already_exists")):
            return
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            logger.exception("a letter (%s) could not be sent", template_prefix)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Whoever's account changes hears of it, always."""
        address = email or user.email
        if address:
            request = allauth_context.request
            facts = {"timestamp": clock.now(), "ip": self.get_client_ip(request) if request else "", "user": user}
            self.send_mail(template_prefix, address, {**facts, **(context or {})})


def _sentence_for(template: str, email: str) -> str:
    """The sentence for one of allauth's messages; empty = nothing worth saying."""
    sentences = {
        "account/messages/logged_out.txt": _("Anda sudah keluar."),
        "account/messages/password_changed.txt": _("Kata sandi sudah diganti."),
        "account/messages/password_set.txt": _("Kata sandi sudah dibuat."),
        "account/messages/email_confirmation_sent.txt": _(
            "Surat berisi tautan dikirim ke %(email)s. Surel berganti setelah tautan itu dibuka."
        )
        % {"email": email},
        "account/messages/email_confirmed.txt": _("%(email)s sudah terbukti milik Anda.") % {"email": email},
        "account/messages/email_confirmation_failed.txt": _(
            "%(email)s tidak dapat dipakai karena sudah terhubung dengan akun lain."
        )
        % {"email": email},
        "account/messages/email_deleted.txt": _("Surel %(email)s dihapus.") % {"email": email},
        "account/messages/cannot_delete_primary_email.txt": _("Surel utama tidak dapat dihapus."),
        "account/messages/primary_email_set.txt": _("Surel utama sudah diganti."),
        "account/messages/unverified_primary_email.txt": _("Surel utama harus dibuktikan dulu."),
        "mfa/messages/recovery_codes_generated.txt": _(
            "Kode pemulihan baru sudah dibuat; yang lama tidak berlaku lagi."
        ),
        "mfa/messages/totp_activated.txt": _("Aplikasi autentikator aktif."),
        "mfa/messages/totp_deactivated.txt": _("Aplikasi autentikator dimatikan."),
        "mfa/messages/webauthn_added.txt": _("Kunci sandi ditambahkan."),
        "mfa/messages/webauthn_removed.txt": _("Kunci sandi dihapus."),
        "usersessions/messages/sessions_logged_out.txt": _("Semua perangkat lain sudah dikeluarkan."),
    }
    return sentences.get(template, "")


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Second steps in our words, with secrets that are unreadable in a copy of the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("Kodenya tidak cocok atau sudah lewat. Tunggu kode berikutnya, lalu coba lagi."),
        "unverified_email": gettext_lazy("Buktikan dulu surel Anda lewat tautan yang kami kirim, lalu aktifkan lagi."),
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """A name to begin with; the owner may change it."""
        number = user.authenticator_set.filter(type=type).count() + 1
        return _("Kunci sandi %(number)s") % {"number": number}

    def build_totp_svg(self, url: str) -> str:
        """The QR picture of the secret, dark on light in every theme."""
        stream = io.BytesIO()
        segno.make(url, error="m").save(
            stream, kind="svg", scale=5, border=3, dark="#1f2a33", light="#ffffff", xmldecl=False
        )
        return stream.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """Seal a secret with the installation's key."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret; one that was stored before seals existed is taken as it is."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return encrypted_text


def _seal() -> Fernet:
    key = hashlib.sha256(f"{SALT}.mfa:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
