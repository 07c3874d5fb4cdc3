"""What is answered when Django itself finds no address or a view breaks: below /api/ the API's one shape (law 6)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from conversations.api.problems import body

API = "/api/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return JsonResponse(body("not_found", _("There is nothing at this address."), _("See /api/docs/.")), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.server_error(request)
    hint = _("Try again; if it stays, tell the operator the X-Request-ID of this answer.")
    return JsonResponse(body("server_error", _("Something went wrong here."), hint), status=500)
