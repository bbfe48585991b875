"""Tables of the learning record store."""

from bina.records.models.clients import Client, Store
from bina.records.models.documents import Attachment, Document
from bina.records.models.statements import Definition, HouseMark, Reference, Statement

__all__ = ["Attachment", "Client", "Definition", "Document", "HouseMark", "Reference", "Statement", "Store"]
