"""Who may pass the demo door: whoever knows the demo token. In demo mode only."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from conversations.api.problems import body
from conversations.errors import DeskError, Invalid

View = Callable[[HttpRequest], JsonResponse]


def demo(*methods: str) -> Callable[[View], View]:
    """Guards a view: 404 outside demo mode, 401 without the token in X-Demo-Token, 405 for another method; a DeskError as JSON."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @never_cache
        @functools.wraps(view)
        def guarded(request: HttpRequest) -> JsonResponse:
            if not settings.SIMULATOR:
                raise Http404
            given, ours = request.headers.get("X-Demo-Token", ""), settings.DEMO_TOKEN
            if not ours or not hmac.compare_digest(given.encode("utf-8", "replace"), ours.encode()):
                return _refused(401, "not_signed_in", _("X-Demo-Token is missing or wrong."))
            if request.method not in methods:
                answer = _refused(
                    405, "method_not_allowed", _("This address knows no %(method)s.") % {"method": request.method}
                )
                answer.headers["Allow"] = ", ".join(methods)
                return answer
            try:
                return view(request)
            except DeskError as problem:
                shown = body(problem.code, problem.message, problem.hint, **problem.details)
                return JsonResponse(shown, status=problem.http_status)

        return guarded

    return wrap


def _refused(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse(body(code, message), status=status)


def need(request: HttpRequest, name: str) -> str:
    """A parameter of the query. Raises Invalid when it is missing."""
    value = request.GET.get(name, "").strip()
    if not value:
        raise Invalid(_("%(name)s is missing.") % {"name": name})
    return value
