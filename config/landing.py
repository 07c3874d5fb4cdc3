"""Where people come in: one door for everybody, and each to their own first page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

login = LoginView.as_view(template_name="login.html", redirect_authenticated_user=True)
logout = LogoutView.as_view(next_page="login")


@login_required
def landing(request: HttpRequest) -> HttpResponse:
    """Staff to admin; others, until the inbox is here, to the pages of the API."""
    return redirect("admin:index" if request.user.is_staff else "docs")
