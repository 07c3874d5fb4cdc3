"""What Meta told of accounts and numbers: every webhook as it came, and what stands now, in sentences."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.account_words import sentence, sentences
from conversations.admin.config_admin import GrowingAdmin, ReadOnlyAdmin, ReadOnlyInline
from conversations.admin.showing import Tone, link, pretty, short, state, when
from conversations.models import AccountFact, AccountUpdate, VolumeTier

OUTCOME: dict[str, Tone] = {"outdated": "info"}


@admin.register(AccountUpdate)
class AccountUpdateAdmin(GrowingAdmin):
    list_display = ["said", "shown_outcome", "shown_channel", "field", "event", "shown_at"]
    list_filter = ["field", "outcome", "channel"]
    search_fields = ["field", "event", "waba_id"]
    list_select_related = ["channel"]
    ordering = ["-id"]
    fields = ["whole", "shown_outcome", "field", "event", "channel", "waba_id", "at", "shown_data"]
    readonly_fields = ["whole", "shown_outcome", "shown_data"]

    @display(description=_("what it says"))
    def said(self, row: AccountUpdate) -> str:
        return short(sentences(row.news) or row.field, 100)

    @display(description=_("what it says"))
    def whole(self, row: AccountUpdate) -> str:
        return sentences(row.news) or row.field

    @display(description=_("outcome"), ordering="outcome")
    def shown_outcome(self, row: AccountUpdate) -> str:
        return state(row, "outcome", OUTCOME)

    @display(description=_("channel"))
    def shown_channel(self, row: AccountUpdate) -> str:
        return link(row.channel)

    @display(description=_("at"), ordering="at")
    def shown_at(self, row: AccountUpdate) -> str:
        return when(row.at)

    @display(description=_("as it came"))
    def shown_data(self, row: AccountUpdate) -> str:
        return pretty(row.data)


@admin.register(AccountFact)
class AccountFactAdmin(ReadOnlyAdmin):
    list_display = ["said", "shown_channel", "shown_at"]
    list_filter = ["channel"]
    search_fields = ["slot"]
    list_select_related = ["channel"]
    ordering = ["-at"]
    fields = ["said", "channel", "slot", "at", "shown_told"]
    readonly_fields = ["said", "shown_told"]

    @display(description=_("what WhatsApp says"))
    def said(self, row: AccountFact) -> str:
        return sentence(row.told)

    @display(description=_("channel"))
    def shown_channel(self, row: AccountFact) -> str:
        return link(row.channel)

    @display(description=_("since"), ordering="at")
    def shown_at(self, row: AccountFact) -> str:
        return when(row.at)

    @display(description=_("as it came"))
    def shown_told(self, row: AccountFact) -> str:
        return pretty(row.told)


class FactInline(ReadOnlyInline):
    """On the channel's page: what WhatsApp says of the number and its account."""

    model = AccountFact
    hide_title = True
    show_change_link = False
    ordering = ["-at"]
    fields = ["said", "shown_at"]
    readonly_fields = ["said", "shown_at"]

    @display(description=_("what WhatsApp says"))
    def said(self, row: AccountFact) -> str:
        return sentence(row.told)

    @display(description=_("since"))
    def shown_at(self, row: AccountFact) -> str:
        return when(row.at)


@admin.register(VolumeTier)
class VolumeTierAdmin(ReadOnlyAdmin):
    list_display = ["region", "category", "month", "tier", "shown_since", "waba_id"]
    list_filter = ["category", "month"]
    search_fields = ["region", "waba_id"]
    ordering = ["-since"]

    @display(description=_("since"), ordering="since")
    def shown_since(self, row: VolumeTier) -> str:
        return when(row.since)
