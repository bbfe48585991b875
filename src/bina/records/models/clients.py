"""Stores of agencies, and the programs that may use them."""

from django.conf import settings
from django.db import models

from bina.foundation.models import PublicIdModel


class Store(PublicIdModel):
    """The learning records of one agency, apart from those of every other."""

    agency = models.OneToOneField("people.Agency", on_delete=models.PROTECT, related_name="record_store")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.agency)


class Client(PublicIdModel):
    """A program that reads or writes a store with a key and a secret, e.g. another learning system or an application.

    ``home`` is the address of this site when the program was let in. As authority of its statements it stays the same
    agent when the site moves, and is found by it: all that a program wrote is filed under its authority.

    The secret is 256 random bits, so one SHA-256 of it keeps it: there is nothing to guess that a slow hash would protect.
    """

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="clients")
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=40, unique=True)
    home = models.CharField(max_length=300)
    secret_digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
