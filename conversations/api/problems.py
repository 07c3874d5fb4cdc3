"""Every error of the API in one shape: `{"error": {"code", "message", "hint", …}}` (ARCHITECTURE law 6)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from conversations.errors import DeskError


def body(code: str, message: Any, hint: Any = "", **details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": str(message), "hint": str(hint), **details}}


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST_FRAMEWORK's EXCEPTION_HANDLER. None lets Django answer 500."""
    if isinstance(error, DeskError):
        set_rollback()
        return Response(body(error.code, error.message, error.hint, **error.details), status=error.http_status)
    if isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(
            detail=error.message_dict if hasattr(error, "error_dict") else error.messages
        )
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, OverflowError | RecursionError):  # what no database compares with, no parser looks through
        error = exceptions.ValidationError({"": [_("A number, a time or the depth of the body is out of all bounds.")]})
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers: dict[str, str] = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    if isinstance(error, exceptions.ValidationError):
        detail = body("invalid", _("Some fields need another value."), fields=error.detail)
    else:
        codes: dict[int, str] = {
            status.HTTP_401_UNAUTHORIZED: "not_signed_in",
            status.HTTP_403_FORBIDDEN: "not_allowed",
            status.HTTP_404_NOT_FOUND: "not_found",
            status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
            status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
            status.HTTP_429_TOO_MANY_REQUESTS: "too_many_requests",
        }
        fallback = "parse_error" if isinstance(error, exceptions.ParseError) else "error"
        detail = body(codes.get(error.status_code, fallback), error.detail)
    return Response(detail, status=error.status_code, headers=headers)
