"""Customers: name, language and tags are staff's to correct; all else comes from WhatsApp and the CRM."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from conversations.access.visibility import visible_contacts
from conversations.actions.contacts import EDITABLE, change_contact
from conversations.actor import Actor
from conversations.admin.config_admin import ReadOnlyAdmin, ReadOnlyInline
from conversations.admin.showing import NOTHING, Tone, chip, link, pretty, state, when
from conversations.models import Consent, Contact, Conversation, GroupParticipant, Identity, Order, OrderLine

TIER: dict[str, Tone] = {"high": "accent"}


class IdentityInline(ReadOnlyInline):
    model = Identity
    fields = ["kind", "value", "portfolio", "created_at", "ended_at"]
    show_change_link = False


class ConversationInline(ReadOnlyInline):
    model = Conversation
    fields = ["status", "channel", "department", "assignee", "opened_at", "last_activity_at"]
    ordering = ["-last_activity_at"]
    per_page = 10
    verbose_name_plural = _("conversations")


class MembershipInline(ReadOnlyInline):
    """The groups the contact is, or was, in."""

    model = GroupParticipant
    fields = ["group", "joined_at", "left_at", "left_by"]
    show_change_link = False


class ConsentInline(ReadOnlyInline):
    model = Consent
    fields = ["topic", "state", "source", "at"]
    ordering = ["-at"]
    show_change_link = False


class OrderInline(ReadOnlyInline):
    model = Order
    fields = ["number", "status", "amount", "currency", "is_paid", "placed_at"]
    ordering = ["-placed_at"]


# What nobody types in: it comes from WhatsApp, the CRM and the conversations themselves.
FOUND_OUT = [
    "profile_name", "book_name", "username", "country", "tier", "spend", "owner", "shown_fields", "flags", "first_seen_at", "last_seen_at",
    "merged_into",
]  # fmt: skip


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    paginator = InfinitePaginator
    list_display = ["shown_name", "addresses", "labels", "shown_tier", "language", "flags", "seen"]
    list_display_links = ["shown_name"]
    list_filter = ["tier", "language", "tags", "is_blocked", "is_unreachable"]
    search_fields = ["name", "book_name", "profile_name", "username", "email", "identities__value"]
    ordering = ["-last_seen_at", "-id"]
    autocomplete_fields = ["tags"]
    inlines = [IdentityInline, ConversationInline, OrderInline, MembershipInline, ConsentInline]
    fieldsets = [
        (None, {"fields": ["name", "language", "email", "tags"]}),
        (
            _("From WhatsApp and the CRM"),
            {"fields": FOUND_OUT},
        ),
    ]
    readonly_fields = FOUND_OUT

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("conversations.change_contact"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        current = Prefetch("identities", queryset=Identity.objects.current().order_by("pk"))
        return visible_contacts(request.user).prefetch_related("tags", current)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        changes = {name: given[name] for name in EDITABLE & set(given)}
        change_contact(contact=obj, by=Actor.person(request.user), changes=changes, tags=list(given["tags"]))

    @display(description=_("name"), ordering="name")
    def shown_name(self, row: Contact) -> str:
        return row.shown_name

    @display(description=_("known as"))
    def addresses(self, row: Contact) -> str:
        return ", ".join(identity.value for identity in row.identities.all()) or NOTHING

    @display(description=_("tags"))
    def labels(self, row: Contact) -> str:
        return ", ".join(str(tag) for tag in row.tags.all()) or NOTHING

    @display(description=_("tier"), ordering="tier")
    def shown_tier(self, row: Contact) -> str:
        return state(row, "tier", TIER) if row.tier else NOTHING

    @display(description=_("state"))
    def flags(self, row: Contact) -> str:
        if row.is_blocked:
            return chip(_("Blocked"), "danger")
        return chip(_("Cannot be reached"), "warning") if row.is_unreachable else NOTHING

    @display(description=_("last seen"), ordering="last_seen_at")
    def seen(self, row: Contact) -> str:
        return when(row.last_seen_at)

    @display(description=_("custom fields"))
    def shown_fields(self, row: Contact) -> str:
        return pretty(row.fields) if row.fields else NOTHING


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ["shown_contact", "topic", "shown_state", "source", "shown_at"]
    list_filter = ["state", "topic"]
    search_fields = ["contact__name", "contact__profile_name"]
    list_select_related = ["contact"]
    ordering = ["-at"]

    @display(description=_("contact"))
    def shown_contact(self, row: Consent) -> str:
        return str(row.contact)

    @display(description=_("state"), ordering="state")
    def shown_state(self, row: Consent) -> str:
        return state(row, "state", {"opt_out": "warning"})

    @display(description=_("at"), ordering="at")
    def shown_at(self, row: Consent) -> str:
        return when(row.at)


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = ["sku", "name", "quantity", "price"]
    show_change_link = False


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ["number", "shown_contact", "status", "amount", "currency", "paid", "placed"]
    list_filter = ["is_paid", "status", "currency"]
    search_fields = ["number", "tracking", "contact__name", "contact__profile_name"]
    list_select_related = ["contact"]
    ordering = ["-placed_at"]
    inlines = [OrderLineInline]

    @display(description=_("contact"))
    def shown_contact(self, row: Order) -> str:
        return link(row.contact)

    @display(description=_("payment"), ordering="is_paid")
    def paid(self, row: Order) -> str:
        return chip(_("Paid")) if row.is_paid else chip(_("Not paid"), "warning")

    @display(description=_("placed"), ordering="placed_at")
    def placed(self, row: Order) -> str:
        return when(row.placed_at)
