"""Signing in: by NIP or e-mail, past strangers who guess, with a second step, by invitation, and back in when all is lost."""

import base64
import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.people import actions, jobs, queries
from bina.people.adapters import COOKIE, MfaAdapter
from bina.people.models import AccountSession, Employee, SignInFailure, User
from bina.people.rules import FREE_TRIES
from tests.cast import PASSWORD, Cast
from tests.conftest import ClientFor

LOGIN = "/account/login/"
Later = Callable[[dt.timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let the clock of the house run ahead."""

    def shift(by: dt.timedelta) -> None:
        moment = clock.now() + by
        monkeypatch.setattr("bina.foundation.clock.now", lambda: moment)

    return shift


def sign_in(client: Client, name: str, password: str = PASSWORD) -> str:
    """Try to sign in; the words of the answer, or “in”."""
    answer = client.post(LOGIN, {"login": name, "password": password})
    return "in" if answer.status_code == 302 else re.sub(r"\s+", " ", answer.content.decode())


def link_in(letter: EmailMessage) -> str:
    """The first link of a letter."""
    found = re.search(r"http://[^\s]+", str(letter.body))
    assert found is not None
    return found[0]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def guess(name: str, times: int) -> None:
    for _try in range(times):
        assert sign_in(Client(), name, "salah sama sekali") != "in"


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["{number}", " {number} ", "{email}", "{EMAIL}", "{spaced}"])
def test_people_sign_in_with_number_or_address_however_they_write_it(cast: Cast, shape: str) -> None:
    number = cast.siti.employee_number or ""
    name = shape.format(
        number=number,
        email=cast.siti.email,
        EMAIL=cast.siti.email.upper(),
        spaced=f"{number[:8]} {number[8:14]} {number[14:]}",
    )
    client = Client()
    assert sign_in(client, name) == "in"
    assert client.session["_auth_user_id"] == str(cast.siti.user.pk)


def test_a_proved_address_signs_in_too(cast: Cast) -> None:
    EmailAddress.objects.create(user=cast.siti.user, email="siti.pribadi@contoh.example", verified=True)
    assert sign_in(Client(), "siti.pribadi@contoh.example") == "in"


def test_wrong_password_and_unknown_name_get_the_same_answer(cast: Cast) -> None:
    def answer(name: str) -> str:
        return re.sub(r'value="[^"]*"', "", sign_in(Client(), name, "salah sama sekali")).replace(name, "")

    wrong = answer(cast.siti.employee_number or "")
    assert wrong == answer("199001012015031999")
    assert "tidak cocok" in wrong
    assert answer(cast.siti.email) == answer("siapa@contoh.example")


def test_people_who_left_cannot_sign_in_and_are_told_why(cast: Cast) -> None:
    actions.mark_left(by=None, employee=cast.siti, on=clock.today())
    client = Client()
    answer = client.post(LOGIN, {"login": cast.siti.email, "password": PASSWORD}, follow=True)
    assert not is_in(client)
    assert "tidak aktif" in answer.content.decode()


def test_an_open_session_ends_when_the_person_leaves(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    assert client.get(reverse("people:account")).status_code == 200
    actions.mark_left(by=None, employee=cast.siti, on=clock.today())
    assert client.get(reverse("people:account")).status_code == 302


# --- strangers who guess ---------------------------------------------------------------------------------------------


def test_guessing_is_slowed_down_with_growing_pauses(cast: Cast, later: Later) -> None:
    name = cast.siti.email
    guess(name, FREE_TRIES)
    assert "Tunggu" in sign_in(Client(), name)
    later(dt.timedelta(seconds=16))
    guess(name, 1)
    words = sign_in(Client(), name)
    seconds = int(re.search(r"Tunggu (\d+) detik", words)[1])  # type: ignore[index]  # it must be there
    assert 15 < seconds <= 30


def test_strangers_cannot_lock_out_somebody_who_signed_in_here_before(cast: Cast) -> None:
    own = Client()
    assert sign_in(own, cast.siti.email) == "in"
    own.post(reverse("account_logout"))
    guess(cast.siti.email, FREE_TRIES + 3)
    assert "Tunggu" in sign_in(Client(), cast.siti.email)
    assert sign_in(own, cast.siti.email) == "in"


def test_the_flood_of_one_address_does_not_reach_known_browsers_behind_it(cast: Cast) -> None:
    own = Client()
    assert sign_in(own, cast.siti.email) == "in"
    own.post(reverse("account_logout"))
    for number in range(61):
        sign_in(Client(), f"orang{number}@contoh.example", "salah sama sekali")
    assert "Terlalu banyak" in sign_in(Client(), cast.dewi.email)
    assert sign_in(own, cast.siti.email) == "in"


def test_a_link_by_mail_always_leads_in_however_much_strangers_guess(cast: Cast) -> None:
    guess(cast.siti.email, FREE_TRIES + 2)
    own = Client()
    assert "Tunggu" in sign_in(own, cast.siti.email)
    own.post(reverse("account_reset_password"), {"email": cast.siti.email})
    link = link_in(mail.outbox[-1])
    form = own.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    done = own.post(address, {"password1": "perahu-layar-senja", "password2": "perahu-layar-senja"}, follow=True)
    assert done.status_code == 200
    assert sign_in(own, cast.siti.email, "perahu-layar-senja") == "in"
    assert "Tunggu" in sign_in(Client(), cast.siti.email, "perahu-layar-senja")


def test_a_known_browser_counts_for_itself_and_not_for_others(cast: Cast) -> None:
    shared = Client()
    assert sign_in(shared, cast.siti.email) == "in"
    shared.post(reverse("account_logout"))
    for _try in range(FREE_TRIES):
        sign_in(shared, cast.siti.email, "salah sama sekali")
    assert "Tunggu" in sign_in(shared, cast.siti.email)
    assert sign_in(Client(), cast.siti.email) == "in"


def test_a_shared_computer_knows_each_of_its_people(cast: Cast) -> None:
    shared = Client()
    for person in (cast.siti, cast.dewi):
        assert sign_in(shared, person.email) == "in"
        shared.post(reverse("account_logout"))
    guess(cast.siti.email, FREE_TRIES + 1)
    guess(cast.dewi.email, FREE_TRIES + 1)
    assert sign_in(shared, cast.siti.email) == "in"
    shared.post(reverse("account_logout"))
    assert sign_in(shared, cast.dewi.email) == "in"


def test_a_forged_mark_is_worth_nothing(cast: Cast) -> None:
    guess(cast.siti.email, FREE_TRIES)
    forger = Client()
    forger.cookies[COOKIE] = f"{cast.siti.user.pk}:mark"
    assert "Tunggu" in sign_in(forger, cast.siti.email)


def test_names_that_belong_to_nobody_pause_alike(cast: Cast) -> None:
    guess("tidak.ada@contoh.example", FREE_TRIES)
    assert "Tunggu" in sign_in(Client(), "tidak.ada@contoh.example")


def test_counters_hold_no_names_and_are_forgotten(cast: Cast, later: Later) -> None:
    guess(cast.siti.email, 2)
    row = SignInFailure.objects.get()
    assert cast.siti.email not in row.subject
    assert len(row.subject) == 40 or len(row.subject) == 64
    later(dt.timedelta(hours=26))
    jobs.forget_old_failures.call()
    assert not SignInFailure.objects.exists()


def test_the_right_password_clears_the_own_counter(cast: Cast) -> None:
    own = Client()
    sign_in(own, cast.siti.email)
    own.post(reverse("account_logout"))
    for _try in range(FREE_TRIES - 1):
        sign_in(own, cast.siti.email, "salah sama sekali")
    assert sign_in(own, cast.siti.email) == "in"
    assert not SignInFailure.objects.exclude(device="").exists()


# --- forgotten passwords ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["siapa@contoh.example", "199001012015031999", "bukan alamat"])
def test_asking_for_a_link_tells_nobody_who_has_an_account(cast: Cast, name: str) -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": name}, follow=True)
    assert "Bila nama itu terdaftar" in answer.content.decode()
    assert mail.outbox == []


def test_a_link_can_be_asked_for_by_number(cast: Cast) -> None:
    Client().post(reverse("account_reset_password"), {"email": cast.siti.employee_number})
    assert mail.outbox[-1].to == [cast.siti.email]
    assert "Tautan untuk kata sandi baru" in mail.outbox[-1].subject
    assert (cast.siti.employee_number or "-") not in str(mail.outbox[-1].body)


def test_a_link_works_once(cast: Cast) -> None:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": cast.siti.email})
    link = link_in(mail.outbox[-1])
    address = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(address, {"password1": "perahu-layar-senja", "password2": "perahu-layar-senja"})
    again = Client().get(link, follow=True)
    assert "tidak berlaku lagi" in again.content.decode()
    assert any("dibuat baru" in letter.subject for letter in mail.outbox)


def test_weak_passwords_are_refused_with_reasons_and_nothing_changes(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "12345678", "password2": "12345678"},
    )
    assert answer.status_code == 200
    assert User.objects.get(pk=cast.siti.user.pk).check_password(PASSWORD)


def test_changing_the_password_is_told_by_letter(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    new = "perahu-layar-senja"
    answer = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert "Kata sandi Bina Anda diganti" in mail.outbox[-1].subject
    assert "Alamat jaringan" in mail.outbox[-1].body
    assert client.get(reverse("people:account")).status_code == 200


def test_a_new_address_counts_after_its_link_was_opened(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.siti.email)
    confirm_it_is_me(client)
    client.post(reverse("account_email"), {"email": "siti.baru@contoh.example", "action_add": ""})
    assert User.objects.get(pk=cast.siti.user.pk).email == cast.siti.email
    letter = next(letter for letter in mail.outbox if letter.to == ["siti.baru@contoh.example"])
    link = link_in(letter)
    assert "Ya, ini surel saya" in client.get(link).content.decode()
    client.post(link)
    assert User.objects.get(pk=cast.siti.user.pk).email == "siti.baru@contoh.example"


# --- second step -----------------------------------------------------------------------------------------------------


def confirm_it_is_me(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_for(secret: str, *, steps_ago: int = 0) -> str:
    counter = int(totp.time.time()) // 30 - steps_ago
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


@pytest.fixture
def protected(cast: Cast, client_for: ClientFor) -> tuple[Client, str]:
    """Siti's browser after setting up an authenticator app, and the app's secret."""
    client = client_for(cast.siti)
    confirm_it_is_me(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret: str = re.search(r'select-all">([A-Z2-7]+)<', page.content.decode())[1]  # type: ignore[index]  # it is there
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page.content.decode())
    assert picture is not None
    # Only with its namespace does a browser draw it.
    assert b'xmlns="http://www.w3.org/2000/svg"' in base64.b64decode(picture[1])
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    return client, secret


def test_with_an_authenticator_the_password_alone_is_not_enough(cast: Cast, protected: tuple[Client, str]) -> None:
    other = Client()
    answer = other.post(LOGIN, {"login": cast.siti.email, "password": PASSWORD}, follow=True)
    assert not is_in(other)
    assert "Satu langkah lagi" in answer.content.decode()
    wrong = other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "tidak cocok" in wrong.content.decode()
    assert not is_in(other)


def test_a_code_counts_one_step_longer_and_no_more(
    cast: Cast, protected: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _client, secret = protected
    now = totp.time.time()
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: now))
    for steps_ago, expected in ((2, False), (1, True)):
        other = Client()
        other.post(LOGIN, {"login": cast.siti.email, "password": PASSWORD})
        other.post(reverse("mfa_authenticate"), {"code": code_for(secret, steps_ago=steps_ago)})
        assert is_in(other) == expected


def test_a_recovery_code_leads_in_without_the_telephone_and_only_once(
    cast: Cast, protected: tuple[Client, str]
) -> None:
    client, _secret = protected
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r'bg-base-200 px-3 py-2">([0-9a-z ]+)</li>', page)
    assert len(codes) == 10
    file = client.get(reverse("mfa_download_recovery_codes"))
    assert all(code in file.content.decode() for code in codes)
    for expected in (True, False):
        other = Client()
        other.post(LOGIN, {"login": cast.siti.email, "password": PASSWORD})
        other.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_in(other) == expected


def test_a_copy_of_the_database_does_not_show_the_secret(cast: Cast, protected: tuple[Client, str]) -> None:
    _client, secret = protected
    stored = Authenticator.objects.get(user=cast.siti.user, type="totp").data["secret"]
    assert secret not in str(stored)
    assert MfaAdapter().decrypt(stored) == secret


def test_the_second_step_can_be_turned_off_again(cast: Cast, protected: tuple[Client, str]) -> None:
    client, _secret = protected
    confirm_it_is_me(client)
    assert "Matikan" in client.get(reverse("mfa_deactivate_totp")).content.decode()
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=cast.siti.user).exists()
    assert sign_in(Client(), cast.siti.email) == "in"


def test_security_pages_ask_who_is_there_first(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    answer = client.get(reverse("mfa_add_webauthn"), follow=True)
    assert "Pastikan ini Anda" in answer.content.decode()


def test_the_page_for_a_new_passkey_carries_the_browsers_task(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    confirm_it_is_me(client)
    page = client.get(reverse("mfa_add_webauthn")).content.decode()
    assert 'data-passkey="add"' in page
    assert "challenge" in page
    assert "<script>" not in page
    task = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert task.status_code in {200, 302}


def test_a_broken_passkey_answer_is_refused_in_words(cast: Cast) -> None:
    client = Client()
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": '{"id": "x"}'}, follow=True)
    assert answer.status_code == 200
    assert not is_in(client)


# --- sessions --------------------------------------------------------------------------------------------------------


def test_one_other_browser_can_be_signed_out(cast: Cast) -> None:
    here, there = Client(), Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130"})
    assert sign_in(here, cast.siti.email) == "in"
    assert sign_in(there, cast.siti.email) == "in"
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "perangkat ini" in page
    assert "Chrome · Android" in page
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    here.post(reverse("people:end_session", args=[other.pk]))
    assert there.get(reverse("people:account")).status_code == 302
    assert here.get(reverse("people:account")).status_code == 200
    assert Entry.objects.filter(verb="session.revoked").count() == 1


def test_a_session_names_its_account_and_ends_with_the_password_it_was_opened_with(cast: Cast) -> None:
    here, there = Client(), Client()
    sign_in(here, cast.siti.email)
    sign_in(there, cast.siti.email)
    assert set(AccountSession.objects.values_list("account", flat=True)) == {cast.siti.user.pk}
    cast.siti.user.set_password("kata sandi yang lain sama sekali")
    cast.siti.user.save()
    assert here.get(reverse("people:account")).status_code == 302
    assert there.get(reverse("people:account")).status_code == 302


def test_a_session_of_a_closed_account_leads_nowhere(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.siti.email)
    User.objects.filter(pk=cast.siti.user.pk).update(is_active=False)
    assert client.get(reverse("people:account")).status_code == 302
    User.objects.filter(pk=cast.siti.user.pk).delete()
    assert not AccountSession.objects.filter(session_key=client.cookies["bina_session"].value).exists()


def test_nobody_ends_the_sessions_of_others(cast: Cast, client_for: ClientFor) -> None:
    siti = Client()
    sign_in(siti, cast.siti.email)
    session = UserSession.objects.get()
    assert client_for(cast.dewi).post(reverse("people:end_session", args=[session.pk])).status_code == 404
    assert siti.get(reverse("people:account")).status_code == 200


def test_all_others_at_once(cast: Cast) -> None:
    here, there = Client(), Client()
    sign_in(here, cast.siti.email)
    sign_in(there, cast.siti.email)
    here.post(reverse("usersessions_list"))
    assert not is_in(there) or there.get(reverse("people:account")).status_code == 302
    assert here.get(reverse("people:account")).status_code == 200


# --- invitations -----------------------------------------------------------------------------------------------------


@pytest.fixture
def newcomer(cast: Cast) -> Employee:
    """Somebody on file without an account."""
    return actions.add_employee(
        by=None, position=cast.siti.position, full_name="Ayu Puspitasari", employment_type="PNS",
        employee_number="199507082020032004", email="ayu@contoh.example",
    )  # fmt: skip


def accept(link: str, password: str = "perahu-layar-senja") -> tuple[Client, str]:
    client = Client()
    path = link.split("://", 1)[1].split("/", 1)[1]
    answer = client.post(f"/{path}", {"password": password, "again": password}, follow=True)
    return client, answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_letter_holds_the_link_and_the_link_opens_the_account(cast: Cast, newcomer: Employee) -> None:
    invited = actions.invite(by=cast.hr.user, employee=newcomer)
    assert invited.is_mailed
    letter = mail.outbox[-1]
    assert letter.to == ["ayu@contoh.example"]
    assert invited.link in letter.body
    assert invited.link.rsplit("/", 2)[1] not in str(invited.invitation.token_hash)
    client, _page = accept(invited.link)
    assert is_in(client)
    user = User.objects.get(employee=newcomer)
    assert (user.username, user.email, user.is_active) == ("199507082020032004", "ayu@contoh.example", True)
    assert EmailAddress.objects.get(user=user).verified
    assert Entry.objects.filter(verb="invitation.accepted", object_id=str(newcomer.public_id)).exists()
    assert sign_in(Client(), "199507082020032004", "perahu-layar-senja") == "in"


def test_a_link_opens_one_account_once(cast: Cast, newcomer: Employee) -> None:
    invited = actions.invite(by=cast.hr.user, employee=newcomer)
    accept(invited.link)
    client, page = accept(invited.link, "kata-sandi-yang-lain")
    assert not is_in(client)
    assert "tidak berlaku lagi" in page


@pytest.mark.parametrize("password", ["pendek", "12345678901", "199507082020032004"])
def test_a_weak_first_password_is_refused_with_reasons(cast: Cast, newcomer: Employee, password: str) -> None:
    invited = actions.invite(by=cast.hr.user, employee=newcomer)
    client, page = accept(invited.link, password)
    assert not is_in(client)
    assert "text-error" in page
    assert not User.objects.filter(employee=newcomer).exclude(password__startswith="!").exists()


def test_passwords_that_differ_are_refused(cast: Cast, newcomer: Employee) -> None:
    path = actions.invite(by=cast.hr.user, employee=newcomer).link.split("://", 1)[1].split("/", 1)[1]
    answer = Client().post(f"/{path}", {"password": "perahu-layar-senja", "again": "perahu-layar-sanja"})
    assert "belum sama" in answer.content.decode()


def test_invitations_end_by_time_by_a_newer_one_and_by_leaving(cast: Cast, newcomer: Employee, later: Later) -> None:
    first = actions.invite(by=cast.hr.user, employee=newcomer)
    second = actions.invite(by=cast.hr.user, employee=newcomer)
    assert queries.open_invitation(first.invitation.token_hash) is None
    assert queries.open_invitation(second.invitation.token_hash) is not None
    later(dt.timedelta(days=actions.INVITATION_DAYS, minutes=1))
    assert queries.open_invitation(second.invitation.token_hash) is None
    third = actions.invite(by=cast.hr.user, employee=newcomer)
    actions.mark_left(by=None, employee=newcomer, on=dt.date(2026, 1, 1))
    assert queries.open_invitation(third.invitation.token_hash) is None
    with pytest.raises(Refused, match="kedaluwarsa"):
        actions.accept_invitation(token=third.link.rstrip("/").rsplit("/", 1)[1], password="perahu-layar-senja")


def test_who_may_invite_and_whom(cast: Cast, newcomer: Employee) -> None:
    with pytest.raises(Denied):
        actions.invite(by=cast.budi.user, employee=newcomer)
    with pytest.raises(Denied):
        actions.invite(by=cast.unit_hr.user, employee=cast.rina)
    with pytest.raises(Refused, match="sudah punya akun"):
        actions.invite(by=cast.hr.user, employee=cast.siti)
    actions.mark_left(by=None, employee=newcomer, on=clock.today())
    with pytest.raises(Refused, match="keluar"):
        actions.invite(by=cast.hr.user, employee=newcomer)


def test_without_an_address_the_link_is_shown_once_to_hand_over(
    cast: Cast, newcomer: Employee, client_for: ClientFor
) -> None:
    actions.change_employee(by=None, employee=newcomer, email="")
    answer = client_for(cast.hr).post(reverse("people:invite", args=[newcomer.public_id]))
    assert answer.headers["Cache-Control"] == "no-store"
    link = re.search(r"http://[^<\s]+", answer.content.decode())[0]  # type: ignore[index]  # it must be there
    client, _page = accept(link)
    assert is_in(client)


def test_hr_gives_somebody_who_lost_everything_a_new_beginning(cast: Cast, client_for: ClientFor) -> None:
    siti = client_for(cast.siti)
    siti.get(reverse("people:account"))
    Authenticator.objects.create(user=cast.siti.user, type="totp", data={"secret": "x"})
    with pytest.raises(Denied):
        actions.reset_access(by=cast.unit_hr.user, employee=cast.siti, reason="Telepon hilang")
    with pytest.raises(Refused, match="alasan"):
        actions.reset_access(by=cast.hr.user, employee=cast.siti, reason=" ")
    with pytest.raises(Refused, match="sendiri"):
        actions.reset_access(by=cast.hr.user, employee=cast.hr, reason="Lupa")
    invited = actions.reset_access(by=cast.hr.user, employee=cast.siti, reason="Telepon hilang, orangnya dikenal")
    assert not Authenticator.objects.filter(user=cast.siti.user).exists()
    assert siti.get(reverse("people:account")).status_code == 302
    assert sign_in(Client(), cast.siti.email) != "in"
    client, _page = accept(invited.link)
    assert is_in(client)
    assert Entry.objects.get(verb="account.access_reset").reason == "Telepon hilang, orangnya dikenal"


# --- the look --------------------------------------------------------------------------------------------------------

OPEN_PAGES = (
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done", "account_inactive",
    "account_email_verification_sent", "account_reset_password_from_key_done",
)  # fmt: skip
OWN_PAGES = (
    "people:account", "account_logout", "account_email", "account_change_password", "mfa_index", "mfa_list_webauthn",
    "usersessions_list", "account_reauthenticate",
)  # fmt: skip


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_every_page_before_sign_in_is_ours(cast: Cast, name: str) -> None:
    answer = Client().get(reverse(name))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="head kawung"' in text
    assert text.count("<h1") == 1
    assert not re.search(r"\b(Sign|Password|Email address|Menu:)\b", text)


@pytest.mark.parametrize("name", OWN_PAGES)
def test_every_page_of_the_account_is_ours(cast: Cast, client_for: ClientFor, name: str) -> None:
    answer = client_for(cast.siti).get(reverse(name))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="head kawung"' in text
    assert text.count("<h1") == 1
    assert not re.search(r"\b(Sign|Password|Email address|Menu:)\b", text)


@pytest.mark.parametrize(
    "address", ["/account/password/reset/key/1-set-password/", "/account/confirm-email/salah/", "/invitation/salah/"]
)
def test_broken_links_are_explained(cast: Cast, address: str) -> None:
    answer = Client().get(address)
    assert "tidak berlaku lagi" in answer.content.decode()


def test_nobody_signs_up_alone(cast: Cast) -> None:
    before = User.objects.count()
    Client().post(
        reverse("account_signup"),
        {"username": "baru", "email": "baru@contoh.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert User.objects.count() == before


def test_the_overview_asks_a_constant_number_of_questions(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = client_for(cast.hr)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]  # a context manager
        client.get(reverse("people:account"))
