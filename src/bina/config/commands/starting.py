"""From an empty folder to a page in the browser: what a newcomer's one command does."""

from collections.abc import Callable

from django.conf import settings

from bina.config.commands.backing_up import back_up, default_target
from bina.config.commands.migrating import is_empty, migrate, pending_migrations
from bina.config.commands.serving import require_free_port, serve
from bina.config.commands.terminal import Bar, number, say, table
from bina.demo.accounts import PASSWORD
from bina.demo.build import build, holds_demo, note_demo
from bina.demo.queries import demo_accounts
from bina.people.models import Agency


def start(*, host: str, port: int, workers: int, jobs: int, with_demo: bool, employees: int) -> int:
    """Prepare the database, load the demo where nothing is, then serve until told to stop."""
    require_free_port(host, port)
    bring_up_to_date()
    if with_demo and not Agency.objects.exists():
        say("Memuat instansi contoh (semua orangnya rekaan) …")
        bar = Bar()
        result = build(employees=employees, report=bar)
        say(f"  {number(result.employees)} pegawai siap dalam {bar.seconds} detik.")
    elif holds_demo():
        note_demo()
    return serve(host=host, port=port, workers=workers, jobs=jobs, when_ready=announcer())


def bring_up_to_date() -> None:
    """Apply what is pending; a database with data is backed up first, so that an upgrade can be undone."""
    if not is_empty() and pending_migrations() and Agency.objects.exists():
        target = back_up(default_target("sebelum-pembaruan"))
        say(f"Cadangan sebelum pembaruan: {target}")
    migrate()


def announcer() -> Callable[[str], None]:
    """Says where the house stands and, in a demo, who one can be."""
    accounts = demo_accounts() if (settings.DATA_DIR / "demo.flag").exists() else []

    def announce(address: str) -> None:
        say()
        say(f"Bina siap di {address}")
        if accounts:
            say()
            say(f"Akun contoh (kata sandi semuanya: {PASSWORD})")
            say(table([(str(row.role_name), row.email, str(row.sentence)) for row in accounts]))
        say()
        say("Tekan Ctrl+C untuk berhenti; semua data tetap tersimpan.")

    return announce
