"""Pages and answers of cmi5."""

from bina.integrations.cmi5.views.launching import fetch, preview, returned, start, state
from bina.integrations.cmi5.views.records import abandon, again, record, waive

__all__ = ["abandon", "again", "fetch", "preview", "record", "returned", "start", "state", "waive"]
