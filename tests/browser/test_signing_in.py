"""Signing in with more than a password, as people do it: a passkey of the device, codes of an app, codes on paper."""

import base64
import hashlib
import hmac
import re
import struct
import time
from dataclasses import replace

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Server, Visitor, VisitorFor


def on_localhost(person: Visitor, server: Server) -> Visitor:
    """Browsers give passkeys to names, never to numeric addresses."""
    person.server = replace(server, url=server.url.replace("127.0.0.1", "localhost"))
    return person


def give_device_a_fingerprint_reader(page: Page) -> None:
    """A platform authenticator that keeps keys and always recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip


def code_of(secret: str, moment: float) -> str:
    """The six digits of an authenticator app (RFC 6238) at a moment."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(moment) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def confirm_it_is_you(page: Page) -> None:
    """What touches the safety of an account asks for the password once more."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Pastikan ini Anda")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Lanjutkan").click()
    page.wait_for_url(re.compile(r"^(?!.*reauthenticate)"))


def sign_out(page: Page) -> None:
    page.locator("details[data-menu] summary").click()
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.wait_for_url(re.compile("/account/login/"))


def test_a_passkey_is_added_and_opens_the_account_without_a_password(visitor: VisitorFor, server: Server) -> None:
    person = on_localhost(visitor(), server).sign_in("daud@contoh.go.id.test")
    page = person.page
    give_device_a_fingerprint_reader(page)
    person.open("/account/2fa/webauthn/add/")
    person.look()
    confirm_it_is_you(page)
    person.look()
    page.get_by_label("Nama kunci").fill("Telepon kantor")
    page.get_by_role("button", name="Buat kunci sandi").click()
    page.wait_for_url(re.compile(r"^(?!.*add/$)"))
    person.open("/account/2fa/webauthn/")
    expect(page.get_by_text("Telepon kantor").first).to_be_visible()
    person.look()
    person.open("/")
    sign_out(page)
    person.look()
    page.get_by_role("button", name="Masuk dengan kunci sandi").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Selamat")
    person.look()
    person.open("/account/2fa/webauthn/")
    page.get_by_role("link", name="Hapus Telepon kantor").click()
    confirm_it_is_you(page)
    person.look()
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_text("Kunci sandi dihapus.")).to_be_visible()


def test_an_authenticator_app_and_codes_on_paper_guard_the_account(visitor: VisitorFor, server: Server) -> None:
    person = visitor("puspawati@contoh.go.id.test")
    page = person.page
    person.open("/account/2fa/totp/activate/")
    confirm_it_is_you(page)
    person.look()
    secret = page.locator("code").inner_text().strip()
    page.get_by_label("Kode enam angka").fill("000000")
    page.get_by_role("button", name="Aktifkan").click()
    expect(page.locator(".text-error").first).to_be_visible()
    page.get_by_label("Kode enam angka").fill(code_of(secret, time.time()))
    page.get_by_role("button", name="Aktifkan").click()
    page.wait_for_url(re.compile(r"^(?!.*activate/$)"))
    person.open("/account/2fa/recovery-codes/")
    person.look()
    on_paper = page.locator("ul.font-mono li").first.inner_text().strip()
    person.open("/")
    sign_out(page)
    page.fill("input[name=login]", "puspawati@contoh.go.id.test")
    page.fill("input[name=password]", PASSWORD)
    page.click("form:has(input[name=password]) button[type=submit]")
    expect(page.get_by_role("heading", level=1)).to_have_text("Satu langkah lagi")
    person.look()
    page.get_by_label("Kode dari aplikasi autentikator").fill(on_paper)
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Selamat")
    person.open("/account/2fa/totp/deactivate/")
    if "reauthenticate" in page.url:
        person.look()
        page.locator("main input[name=code], main input[name=password]").first.fill(
            code_of(secret, time.time()) if page.locator("main input[name=code]").count() else PASSWORD
        )
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(re.compile(r"^(?!.*reauthenticate)"))
    person.look()
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_text("Aplikasi autentikator dimatikan.")).to_be_visible()
