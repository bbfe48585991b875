"""The first account of an installation: somebody has to let everybody else in."""

import getpass
import sys

from bina.config.commands.terminal import CommandFailedError, say
from bina.people.actions import create_platform_admin


def make_administrator(email: str, name: str) -> None:
    """Ask for a password and make the account of a platform administrator with it.

    Raises CommandFailedError when the two entries differ, and Refused for a weak password or a name already taken.
    """
    create_platform_admin(email=email, display_name=name, password=_password())
    say(f"Akun admin platform {email} siap. Masuk, lalu pasang kunci sandi di halaman Akun.")


def _password() -> str:
    if not sys.stdin.isatty():
        # For scripts: one line, so that the password appears neither in the history nor in the list of processes.
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Kata sandi (minimal 10 karakter): ")
    if first != getpass.getpass("Sekali lagi: "):
        raise CommandFailedError("Kedua kata sandi berbeda. Tidak ada yang dibuat.")
    return first
