"""Staff: their roles, departments, presence and API tokens (R40, O4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from conversations import clock, stamps
from conversations.access import tokens
from conversations.admin.config_admin import ReadOnlyAdmin
from conversations.admin.showing import NOTHING, chip, machine_when
from conversations.models import ApiToken, DepartmentMember, Presence

admin.site.unregister(User)
admin.site.unregister(Group)


class MembershipInline(TabularInline):
    model = DepartmentMember
    fields = ["department", "is_supervisor"]
    autocomplete_fields = ["department"]
    extra = 0
    hide_title = True
    verbose_name_plural = _("departments")


@admin.register(User)
class PersonAdmin(DjangoUserAdmin, ModelAdmin):
    """To extend: unregister User, then register a subclass with more inlines (routing's AgentPlan)."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    compressed_fields = True
    warn_unsaved_form = True
    list_display = ["username", "name", "roles", "teams", "there", "shown_active"]
    list_filter = ["groups", "departments", "is_active"]
    filter_horizontal = ()
    inlines = [MembershipInline]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "first_name", "last_name", "email"]}),
        (
            _("What they may do"),
            {
                "fields": ["groups", "is_active", "is_staff", "is_superuser"],
                "description": _(
                    "The role decides. Administrators, Editors and Analysts also need access to this site."
                ),
            },
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "usable_password", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.select_related("presence").prefetch_related("groups", "departments")

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name == "groups":
            field.label, field.help_text = _("Role"), ""
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        stamps.touch("routing")

    @display(description=_("name"), ordering="last_name")
    def name(self, row: User) -> str:
        return row.get_full_name() or NOTHING

    @display(description=_("role"))
    def roles(self, row: User) -> str:
        names = [group.name for group in row.groups.all()] or ([_now("Superuser")] if row.is_superuser else [])
        return ", ".join(names) or NOTHING

    @display(description=_("departments"))
    def teams(self, row: User) -> str:
        return ", ".join(department.name for department in row.departments.all()) or NOTHING

    @display(description=_("presence"))
    def there(self, row: User) -> str:
        found: Presence | None = getattr(row, "presence", None)
        online = found is not None and found.is_online(clock.machine_now())
        return chip(_("Online"), "success") if online else chip(_("Away"))

    @display(description=_("account"), ordering="is_active")
    def shown_active(self, row: User) -> str:
        return chip(_("Active")) if row.is_active else chip(_("Switched off"), "warning")


@admin.register(Group)
class RoleAdmin(DjangoGroupAdmin, ModelAdmin):
    """Roles are made from the permission table and kept on upgrade; here they are looked at."""

    filter_horizontal = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("scopes"),
        choices=ApiToken.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        initial=["read", "write"],
    )

    class Meta:
        model = ApiToken
        fields = ["user", "name", "scopes", "expires_at"]

    def clean_expires_at(self) -> Any:
        ends = self.cleaned_data["expires_at"]
        if ends is not None and ends <= clock.machine_now():
            raise forms.ValidationError(_("This time has passed."))
        return ends


@admin.register(ApiToken)
class TokenAdmin(ModelAdmin):
    """Made here and shown once; taken back by deleting. There is nothing to change."""

    form = TokenForm
    list_display = ["label", "user", "shown_scopes", "created", "used", "expires"]
    list_filter = ["user"]
    search_fields = ["name", "user__username"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    compressed_fields = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        wanted = form.cleaned_data
        expires_in = wanted["expires_at"] - clock.machine_now() if wanted.get("expires_at") else None
        key = tokens.issue(user=wanted["user"], scopes=wanted["scopes"], name=wanted["name"], expires_in=expires_in)
        obj.pk = ApiToken.objects.get(digest=tokens.digest(key)).pk
        sentence = _now("Copy this key now; it is not shown again:")
        messages.warning(request, format_html('{} <code class="desk-key">{}</code>', sentence, key))

    @display(description=_("name"), ordering="name")
    def label(self, row: ApiToken) -> str:
        return row.name or _now("Without a name")

    @display(description=_("scopes"))
    def shown_scopes(self, row: ApiToken) -> str:
        return ", ".join(row.scopes)

    @display(description=_("created"), ordering="created_at")
    def created(self, row: ApiToken) -> str:
        return machine_when(row.created_at)

    @display(description=_("last used"), ordering="last_used_at")
    def used(self, row: ApiToken) -> str:
        return machine_when(row.last_used_at)

    @display(description=_("expires"), ordering="expires_at")
    def expires(self, row: ApiToken) -> str:
        return machine_when(row.expires_at)


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    list_display = ["user", "shown_state", "online", "seen"]
    list_filter = ["state"]
    search_fields = ["user__username"]
    list_select_related = ["user"]

    @display(description=_("set to"), ordering="state")
    def shown_state(self, row: Presence) -> str:
        return row.get_state_display()

    @display(description=_("state"))
    def online(self, row: Presence) -> str:
        return chip(_("Online"), "success") if row.is_online(clock.machine_now()) else chip(_("Away"))

    @display(description=_("last active"), ordering="last_seen_at")
    def seen(self, row: Presence) -> str:
        return machine_when(row.last_seen_at)
