"""Asking addresses of tools from this server: public hosts only, in bounded time and size, no redirects."""

import contextlib
import http.client
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _t

from bina.foundation.errors import Refused
from bina.integrations.lti.queries import allows_loopback
from bina.integrations.lti.rules import can_reach, can_use_address

SECONDS = 6.0
LARGEST = 256 * 1024
PORTION = 16_384


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered."""

    status: int
    content: bytes


def numbers_of(host: str, port: int) -> list[str]:
    """The numbers to which a host name leads; raises Refused when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(_t("Nama alamat “%(host)s” tidak ditemukan.") % {"host": host[:80]}) from error
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def fetch(address: str) -> Answer:
    """What an address answers to GET.

    The host is looked up once and every number it has must be public; the connection goes to the number that was looked
    at, so that a second look-up cannot lead elsewhere. Raises Refused with a sentence for anything that does not come
    about within six seconds and 256 KB.
    """
    can_use_address(address, own=settings.BASE_URL, allows_loopback=allows_loopback()).require()
    parts = urlsplit(address)
    host, is_secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    numbers = numbers_of(host, port)
    can_reach(numbers, allows_loopback=allows_loopback()).require()
    connection = _Pinned(host, port, numbers[0], is_secure=is_secure)
    # The line's own patience begins anew with every byte; whoever lets them drip is cut off as a whole.
    watch = threading.Timer(SECONDS, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        path = parts.path or "/"
        connection.request(
            "GET", f"{path}?{parts.query}" if parts.query else path,
            headers={"Accept": "application/json", "User-Agent": "Bina LTI", "Connection": "close"},
        )  # fmt: skip
        response = connection.getresponse()
        content = _body_of(response)
        if connection.is_cut:
            raise TimeoutError
        return Answer(response.status, content)
    except UnicodeError as error:
        raise Refused(
            _t("Alamat ini hanya boleh memuat huruf tanpa tanda. Salin seperti yang ditulis pembuat alat.")
        ) from error
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, ssl.SSLError) and not connection.is_cut:
            raise Refused(_t("Sertifikat keamanan di %(host)s tidak dapat dipercaya.") % {"host": host[:80]}) from error
        raise Refused(
            _t("%(host)s tidak menjawab dalam %(seconds)s detik.") % {"host": host[:80], "seconds": int(SECONDS)}
        ) from error
    finally:
        watch.cancel()
        connection.close()


def _body_of(response: http.client.HTTPResponse) -> bytes:
    content = b""
    while portion := response.read1(PORTION):
        content += portion
        if len(content) > LARGEST:
            raise Refused(_t("Jawaban alamat ini terlalu besar; paling banyak 256 KB."))
    return content


class _Pinned(http.client.HTTPConnection):
    """A connection to the number that was looked at, whatever the name leads to by now."""

    def __init__(self, host: str, port: int, number: str, *, is_secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._number = number
        self._context = ssl.create_default_context() if is_secure else None
        self._line: socket.socket | None = None
        self.is_cut = False

    def connect(self) -> None:
        """Open the line, with the certificate checked against the name."""
        line = socket.create_connection((self._number, self.port), timeout=SECONDS)
        if self._context:
            # Shaking hands is a part of its own, so that it can be cut off too.
            line = self._context.wrap_socket(line, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = self._line = line
        if self.is_cut:
            raise TimeoutError
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()

    def cut(self) -> None:
        """End the line from another thread: whoever waits for it hears at once that nothing comes any more."""
        self.is_cut = True
        if self._line is not None:
            with contextlib.suppress(OSError):
                # Of the plain line: what lies above it belongs to the thread that reads.
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)
