"""The set-up of a number as one page: each step with its state, its texts and its buttons (C2, C4, C5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminFileFieldWidget

from conversations.access.roles import Can, allows
from conversations.actions import catalogue, onboarding
from conversations.actor import Actor
from conversations.admin.config_admin import ConfigAdmin, ReadOnlyAdmin
from conversations.errors import DeskError
from conversations.models import Channel, ChannelProfile, ChannelSetup, Product, StepAdvice
from conversations.onboarding import badge
from conversations.onboarding.steps import checklist, profile_of, setup_of
from conversations.queries.channels import vitals
from conversations.templates import sync

Do = Callable[[HttpRequest, Channel, Actor], str]


def _documents(request: HttpRequest, channel: Channel, by: Actor) -> str:
    given = request.FILES.get("document")
    document = None
    if given is not None and request.user.is_authenticated:
        document = onboarding.take_document(pieces=given.chunks(), filename=given.name or "", by=request.user)
    onboarding.keep_documents(
        channel=channel, by=by, document=document, licence_name=request.POST.get("licence_name", "")
    )
    return _("Kept.")


def _review_sent(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.note_review(channel=channel, by=by, is_decided=False)
    return _("Noted.")


def _review_decided(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.note_review(channel=channel, by=by, is_decided=True)
    return _("Noted.")


def _check(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.check_access(channel=channel, by=by)
    return _("WhatsApp answers: the token is right.")


def _code(request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.request_code(channel=channel, by=by, method=request.POST.get("method", ""))
    return _("A code is on its way.")


def _verify(request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.verify_code(channel=channel, by=by, code=request.POST.get("code", ""))
    return _("The number is verified.")


def _register(request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.register(channel=channel, by=by, pin=request.POST.get("pin", ""))
    return _("The number is registered.")


def _subscribe(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.subscribe(channel=channel, by=by)
    return _("WhatsApp has reached this desk and sends messages here.")


def _push(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.push_profile(channel=channel, by=by)
    return _("The profile is at WhatsApp.")


def _fetch(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.fetch_profile(channel=channel, by=by)
    return _("The profile was fetched.")


def _templates(_request: HttpRequest, channel: Channel, _by: Actor) -> str:
    sync.sync_account(channel.waba_id)
    if problem := sync.problem_of(channel):
        raise DeskError(problem)
    return _("The templates were fetched.")


def _test(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.send_test(channel=channel, by=by)
    return _("A test is on its way to whoever wrote last.")


def _activate(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.put_into_service(channel=channel, by=by)
    return _("The number is in service.")


def _badge(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.ask_for_badge(channel=channel, by=by)
    return _("The badge is asked for.")


def _badge_state(_request: HttpRequest, channel: Channel, by: Actor) -> str:
    onboarding.follow_badge(channel=channel, by=by)
    return _("WhatsApp was asked.")


def _catalogue(_request: HttpRequest, channel: Channel, _by: Actor) -> str:
    return _("%(count)s products fetched.") % {"count": catalogue.connect(channel=channel)}


VERBS: dict[str, Do] = {
    "catalogue": _catalogue,
    "documents": _documents,
    "review-sent": _review_sent,
    "review-decided": _review_decided,
    "check": _check,
    "code": _code,
    "verify": _verify,
    "register": _register,
    "subscribe": _subscribe,
    "push": _push,
    "fetch": _fetch,
    "templates": _templates,
    "test": _test,
    "activate": _activate,
    "badge": _badge,
    "badge-state": _badge_state,
}


class SetupPages:
    """Mixed into the channel's admin: …/setup/ shows the checklist, …/setup/<verb>/ takes one step."""

    def get_urls(self) -> list[URLPattern]:
        site: admin.AdminSite = self.admin_site  # type: ignore[attr-defined]
        own = [
            path("<int:pk>/setup/", site.admin_view(self.setup_page), name="conversations_channel_setup"),
            path(
                "<int:pk>/setup/<slug:verb>/",
                site.admin_view(require_http_methods(["POST"])(self.setup_step)),
                name="conversations_channel_setup_step",
            ),
        ]
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [*own, *urls]

    def setup_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        channel = self._channel(request, pk)
        steps = checklist(channel)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Set-up of %(name)s") % {"name": channel.name},
            "opts": Channel._meta,
            "original": channel,
            "channel": channel,
            "steps": steps,
            "done": sum(step.state == "done" for step in steps),
            "setup": setup_of(channel),
            "profile": profile_of(channel),
            "vitals": vitals(channel),
            "badge": badge.readiness(channel),
            "products": Product.objects.filter(catalog_id=channel.catalog_id).count() if channel.catalog_id else 0,
        }
        return TemplateResponse(request, "admin/conversations/channel/setup.html", context)

    def setup_step(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        channel = self._channel(request, pk)
        do = VERBS.get(verb)
        if do is None:
            raise Http404
        try:
            messages.success(request, do(request, channel, Actor.person(request.user)))
        except DeskError as refusal:
            said = [str(refusal.message), str(refusal.hint)]
            messages.error(request, " ".join(dict.fromkeys(filter(None, said))))
        where = request.POST.get("step", "")
        page = reverse("admin:conversations_channel_setup", args=[channel.pk])
        return HttpResponseRedirect(f"{page}#{where}" if where.isalpha() else page)

    @staticmethod
    def _channel(request: HttpRequest, pk: int) -> Channel:
        if not allows(request.user, Can.CONFIGURE):
            raise Http404
        return get_object_or_404(Channel.objects.select_related("portfolio"), pk=pk, kind=Channel.Kind.WHATSAPP)


@admin.register(StepAdvice)
class StepAdviceAdmin(ConfigAdmin):
    list_display = ["key", "usually"]
    ordering = ["pk"]


class ProfileForm(forms.ModelForm):
    """The logo is uploaded here; what is chosen is checked at once (C2)."""

    new_logo = forms.FileField(
        label=gettext_lazy("logo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png"}),
        help_text=gettext_lazy("JPEG or PNG, at least 256 × 256 pixels."),
    )

    class Meta:
        model = ChannelProfile
        fields = [
            "display_name", "about", "description", "category", "address", "website", "second_website", "email", "telephone",
        ]  # fmt: skip


@admin.register(ChannelProfile)
class ChannelProfileAdmin(ConfigAdmin):
    form = ProfileForm
    list_display = ["channel", "display_name", "category", "pushed_at"]
    list_select_related = ["channel"]
    fields = [*ProfileForm.Meta.fields, "new_logo"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # each number has one, from the first look at its set-up

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data.get("new_logo")
        if given is not None and request.user.is_authenticated:
            try:
                obj.logo = onboarding.take_logo(pieces=given.chunks(), filename=given.name or "", by=request.user)
            except DeskError as refusal:
                messages.error(request, str(refusal.message))
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: ChannelProfile) -> HttpResponse:
        """Back to the checklist, where it is pushed."""
        if "_continue" in request.POST:
            again: HttpResponse = super().response_change(request, obj)
            return again
        return HttpResponseRedirect(reverse("admin:conversations_channel_setup", args=[obj.channel_id]) + "#profile")


@admin.register(ChannelSetup)
class ChannelSetupAdmin(ReadOnlyAdmin):
    """Only to be looked at: its own page is the checklist."""

    list_display = ["channel", "started_at", "activated_at", "badge"]
    list_select_related = ["channel"]
