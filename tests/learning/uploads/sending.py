"""What a sender of the protocol says, and what it hears."""

import base64

from django.http import HttpResponse
from django.test import Client

from bina.people.models import Employee, User

START = "/learning/uploads/"

VERSION = {"Tus-Resumable": "1.0.0"}

OCTETS = "application/offset+octet-stream"


def account(person: Employee) -> User:
    assert person.user is not None
    return person.user


def described(name: str, **others: str) -> str:
    pairs = {"filename": name, **others}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def begin(client: Client, size: int, name: str = "kursus.zip", **others: str) -> HttpResponse:
    headers = {**VERSION, "Upload-Length": str(size), "Upload-Metadata": described(name, **others)}
    answer: HttpResponse = client.post(START, headers=headers)  # type: ignore[assignment]
    return answer


def send(client: Client, url: str, content: bytes, offset: int, **headers: str) -> HttpResponse:
    told = {**VERSION, "Upload-Offset": str(offset), **{key.replace("_", "-"): value for key, value in headers.items()}}
    answer: HttpResponse = client.generic("PATCH", url, content, content_type=OCTETS, headers=told)  # type: ignore[assignment]
    return answer


def offset_of(client: Client, url: str) -> int:
    answer = client.head(url, headers=VERSION)
    assert answer.status_code == 200
    return int(answer["Upload-Offset"])


def uploaded(client: Client, content: bytes, name: str = "kursus.zip", step: int = 3_000) -> str:
    url = begin(client, len(content), name)["Location"]
    for offset in range(0, len(content), step):
        assert send(client, url, content[offset : offset + step], offset).status_code == 204
    return url


def token(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]
