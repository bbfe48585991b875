"""The HTTP API of the house: one document, one router per room, the same doors as the pages."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

from bina import __version__
from bina.assessment.api import router as assessment
from bina.competencies.api import router as competencies
from bina.credentials.api import router as credentials
from bina.foundation.errors import Denied, Refused
from bina.integrations.cmi5.api import router as cmi5
from bina.learning.api import router as learning
from bina.people.api import router as people
from bina.planning.api import router as planning

api = NinjaAPI(title="Bina", version=__version__, auth=django_auth, docs_url=None, urls_namespace="api")
for prefix, router in (
    ("/people", people),
    ("/competencies", competencies),
    ("/assessment", assessment),
    ("/learning", learning),
    ("/credentials", credentials),
    ("/planning", planning),
    ("/cmi5", cmi5),
):
    api.add_router(prefix, router)


@api.exception_handler(Denied)
def denied(request: HttpRequest, error: Denied) -> HttpResponse:
    """A person may not do this."""
    return api.create_response(request, {"detail": str(error)}, status=403)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """The state does not allow it now."""
    return api.create_response(request, {"detail": str(error)}, status=409)
