"""Writing, editing and removing a template in admin (C23). The rules are checked, and the preview is made, while one writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from conversations import clock
from conversations.access.roles import Can, allows
from conversations.actions import template_drafts as drafts
from conversations.actor import Actor
from conversations.admin.template_form import Page
from conversations.errors import DeskError
from conversations.models import Channel, Template
from conversations.templates import states, submitting
from conversations.templates.sample import bubble
from conversations.templates.writing import Draft, can_edit

LONGEST_ID = 19  # digits of a bigint
FOLDER = "admin/conversations/template/"
FORM, REMOVE, EXAMPLES, BUBBLE = (f"{FOLDER}{name}.html" for name in ("form", "remove", "examples", "bubble"))


class TemplatePages:
    """Mixed into the template's admin page."""

    admin_site: Any
    opts: Any

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Empty, or with `?like=` another template: to write it in one more language."""
        return self.form_view(request, like=_found(request.GET.get("like", "")))

    def form_view(
        self, request: HttpRequest, *, template: Template | None = None, like: Template | None = None
    ) -> HttpResponse:
        """A draft: written, kept, submitted. What WhatsApp refuses stays a draft."""
        _require_writer(request)
        shown = template or like
        draft = submitting.draft_from(shown) if shown else Draft()
        if like is not None:
            draft = replace(draft, language="", header_handle="")
        page = _page(request, draft, shown)
        if request.method == "POST" and (row := self._keep(request, page, template)) is not None:
            if "_submit" in request.POST:
                _submit(request, row)
            else:
                messages.success(request, _("Kept as a draft."))
            return _to(row)
        title = _("Draft") if template else _("New template")
        return self._form(request, page, title=title, template=template, original=template)

    def _keep(self, request: HttpRequest, page: Page, template: Template | None) -> Template | None:
        """The draft as a row; None when the page has to be shown again. Before it is submitted all of it must be right."""
        if not page.is_readable():
            return None
        channel = page.form.cleaned_data["channel"]
        _upload_sample(page, channel)
        problems = page.check()
        needed = problems.keys() if "_submit" in request.POST else {"name", "language", "header_sample"}
        if needed & problems.keys():
            return None
        try:
            return drafts.keep(channel=channel, draft=page.draft(), by=Actor.person(request.user), template=template)
        except DeskError as refusal:
            page.add("name", str(refusal.message))
            return None

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Of a template that Meta has: all parts are replaced, and reviewed again."""
        row = self._row(request, pk)
        _require_writer(request)
        if row.status not in submitting.EDITABLE or not can_edit(row.definition):
            raise Http404
        page = _page(request, submitting.draft_from(row), row, is_edit=True)
        if request.method == "POST" and page.is_readable():
            _upload_sample(page, row.channel)
            if not page.check() and _edit(request, page, row):
                return _to(row)
        title = _("Edit %(name)s") % {"name": row}
        again_at = submitting.next_edit(row, clock.now())
        return self._form(request, page, title=title, template=row, original=row, again_at=again_at)

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """What is wrong with it as it is written now, and how it reads: {problems, examples, keys, preview}."""
        _require_writer(request)
        row = _found(request.POST.get("template", ""))
        is_edit = row is not None and row.status != states.DRAFT
        page = _page(request, submitting.draft_from(row) if row else Draft(), row, is_edit=is_edit)
        page.is_readable()
        problems = page.check()
        examples = page.examples()
        return JsonResponse(
            {
                "problems": problems,
                "examples": render_to_string(EXAMPLES, {"examples": examples}, request),
                "keys": [one["key"] for one in examples],
                "preview": render_to_string(BUBBLE, {"bubble": bubble(page.draft().definition)}, request),
            }
        )

    def remove_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks first: the name is blocked for 30 days, and other languages may go with it."""
        row = self._row(request, pk)
        if not allows(request.user, Can.CONFIGURE):
            raise PermissionDenied
        others = Template.objects.filter(channel=row.channel_id, name=row.name).exclude(pk=pk)
        others = others.exclude(status__in=[states.DRAFT, "DELETED"])
        if request.method == "POST":
            try:
                submitting.delete(
                    template=row, by=Actor.person(request.user), all_languages="all_languages" in request.POST
                )
            except DeskError as refusal:
                messages.error(request, f"{refusal.message} {refusal.hint}".strip())
                return _to(row)
            messages.success(request, _("Deleted: %(template)s.") % {"template": row})
            return HttpResponseRedirect(reverse("admin:conversations_template_changelist"))
        context = {"template": row, "original": row, "others": others, "is_draft": row.status == states.DRAFT}
        return self._answer(request, REMOVE, title=_("Delete %(name)s") % {"name": row}, **context)

    # --- shared -------------------------------------------------------------------------------------------------------------

    def _row(self, request: HttpRequest, pk: int) -> Template:
        row = Template.objects.select_related("channel").filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row):  # type: ignore[attr-defined]
            raise Http404
        return row

    def _form(self, request: HttpRequest, page: Page, **context: Any) -> HttpResponse:
        shown = {"page": page, "bubble": bubble(page.draft().definition), "examples": page.examples()}
        return self._answer(request, FORM, **shown, **context)

    def _answer(self, request: HttpRequest, template_name: str, **context: Any) -> HttpResponse:
        return TemplateResponse(
            request, template_name, {**self.admin_site.each_context(request), "opts": self.opts, **context}
        )


def _found(pk: str) -> Template | None:
    fits = pk.isascii() and pk.isdigit() and len(pk) < LONGEST_ID
    return Template.objects.select_related("channel").filter(pk=int(pk)).first() if fits else None


def _require_writer(request: HttpRequest) -> None:
    if not allows(request.user, Can.REPLIES_MAINTAIN):
        raise PermissionDenied


def _page(request: HttpRequest, draft: Draft, row: Template | None, *, is_edit: bool = False) -> Page:
    channels = Channel.objects.filter(kind=Channel.Kind.WHATSAPP).exclude(waba_id="").order_by("name")
    channel = row.channel if row else channels.first()
    fixed = ["channel", "name", "language", "variables"] if is_edit else []
    if row is not None and row.status == "APPROVED" and is_edit:
        fixed.append("category")
    posted = request.method == "POST"
    data, files = (request.POST, request.FILES) if posted else (None, None)
    return Page(channels=channels, data=data, files=files, draft=draft, channel=channel, fixed=fixed)


def _upload_sample(page: Page, channel: Channel) -> None:
    """The file chosen as the header's sample becomes a handle at once: a browser does not send it twice."""
    file = page.form.cleaned_data.get("header_sample")
    if not file:
        return
    try:
        handle = submitting.upload_sample(
            channel=channel, content=file.read(), content_type=page.sample_type, filename=file.name
        )
    except DeskError as refusal:
        page.add("header_sample", f"{refusal.message} {refusal.hint}".strip())
    else:
        page.take_handle(handle)


def _submit(request: HttpRequest, row: Template) -> None:
    try:
        submitting.submit(template=row, by=Actor.person(request.user))
    except DeskError as refusal:
        said = f"{refusal.message} {refusal.hint}".strip()
        messages.error(request, _("Not submitted; it is kept as a draft. %(why)s") % {"why": said})
    else:
        messages.success(request, _("Submitted. WhatsApp reviews it within 24 hours; its state is followed here."))


def _edit(request: HttpRequest, page: Page, row: Template) -> bool:
    try:
        submitting.edit(template=row, draft=page.draft(), by=Actor.person(request.user))
    except DeskError as refusal:
        field = str(refusal.details.get("field") or "")
        page.add(field or "body", f"{refusal.message} {refusal.hint}".strip())
        return False
    messages.success(request, _("The edit is submitted. WhatsApp reviews it."))
    return True


def _to(row: Template) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:conversations_template_change", args=[row.pk]))
