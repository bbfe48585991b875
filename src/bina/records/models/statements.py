"""Statements as they came, and the narrow table by which they are found."""

from django.db import models

from bina.records.models.clients import Client, Store


class Statement(models.Model):
    """One statement: its words as they were sent (UTF-8 JSON), with what the store adds to them.

    ``stored`` counts microseconds since 1970 UTC. No foreign key is checked by the database: stores and clients are
    never deleted, and the check would cost more than the row.
    """

    store = models.ForeignKey(Store, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    statement_id = models.UUIDField()
    stored = models.BigIntegerField()
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    is_voided = models.BooleanField(default=False)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "statement_id"], name="statement_once")]
        indexes = [models.Index(fields=["store", "stored", "id"], name="statement_in_time")]

    def __str__(self) -> str:
        return str(self.statement_id)


class Reference(models.Model):
    """One way to find a statement: the key of an agent, verb, activity, registration or target, then the time.

    Keys are made by ``rules.references.key_of``, which mixes the store in.
    """

    pk = models.CompositePrimaryKey("key", "stored", "statement")
    key = models.BigIntegerField()
    stored = models.BigIntegerField()
    statement = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.key} → {self.statement}"


class Definition(models.Model):
    """What a store knows of an activity: everything that was said of it, newer words over older ones."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.BigIntegerField()
    activity_id = models.TextField()
    definition = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="definition_once")]

    def __str__(self) -> str:
        return self.activity_id


class HouseMark(models.Model):
    """Up to which entry the journal has been told to a store as statements."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="house_mark")
    entry_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.store_id}: {self.entry_id}"
