from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.channel import Channel
from conversations.templates import definition, states


class TemplateQuerySet(models.QuerySet["Template"]):
    def usable(self) -> TemplateQuerySet:
        """That may be sent now."""
        return self.filter(status__in=states.USABLE, missing_since__isnull=True)


class Template(models.Model):
    """A message pre-approved by Meta, the only thing that may be sent outside the service window (C23). A mirror of what the business
    account has, once per channel of it; drafts are ours until they are submitted.

    DRAFT -> PENDING -> APPROVED <-> PAUSED -> DISABLED
                 |           |
                 +-> REJECTED (edited: PENDING again)          … DELETED, or gone from Meta's list: `missing_since`
    """

    class Category(models.TextChoices):
        MARKETING = "MARKETING", _("Marketing")
        UTILITY = "UTILITY", _("Utility")
        AUTHENTICATION = "AUTHENTICATION", _("Authentication")

    class Format(models.TextChoices):
        POSITIONAL = "POSITIONAL", _("Numbers: {{1}}, {{2}}")
        NAMED = "NAMED", _("Names: {{first_name}}")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="templates", verbose_name=_("channel"))
    meta_id = models.CharField(_("Meta's id"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=16)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices, default=Category.UTILITY)
    status = models.CharField(_("status"), max_length=24, default="PENDING")  # Meta's words: templates/states.py
    quality = models.CharField(_("quality"), max_length=12, default="UNKNOWN")
    reason = models.CharField(_("reason"), max_length=300, blank=True)  # Meta's code, such as PROMOTIONAL
    recommendation = models.CharField(_("what WhatsApp recommends"), max_length=1000, blank=True)
    parameter_format = models.CharField(
        _("variables are"), max_length=10, choices=Format.choices, default=Format.POSITIONAL
    )
    components = models.JSONField(_("components"), default=list, blank=True)
    body = models.TextField(_("text"), blank=True)  # of the components: pickers search in it
    ttl_seconds = models.IntegerField(_("time to live (seconds)"), null=True, blank=True)
    next_category = models.CharField(_("category to come"), max_length=16, choices=Category.choices, blank=True)
    category_changes_at = models.DateTimeField(_("category changes"), null=True, blank=True)
    paused_until = models.DateTimeField(_("paused until about"), null=True, blank=True)
    missing_since = models.DateTimeField(_("not on WhatsApp's list since"), null=True, blank=True)
    edits = models.JSONField(_("edits in the last 30 days"), default=list, blank=True)  # ISO times
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    synced_at = models.DateTimeField(_("synced"), null=True, blank=True)  # machine time
    # When what we know of each was true at Meta: older news never overwrites newer.
    status_at = models.DateTimeField(_("status as of"), null=True, blank=True)
    quality_at = models.DateTimeField(_("quality as of"), null=True, blank=True)
    category_at = models.DateTimeField(_("category as of"), null=True, blank=True)
    components_at = models.DateTimeField(_("components as of"), null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [models.UniqueConstraint(fields=["channel", "name", "language"], name="template_once")]
        indexes = [models.Index(fields=["meta_id"], name="template_of_webhook")]  # webhooks name it by Meta's id

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def definition(self) -> definition.Definition:
        return definition.parse(self.components, self.parameter_format)

    @property
    def refusal(self) -> str:
        """Our error code why it may not be sent now, or ""."""
        return "template_gone" if self.missing_since is not None else states.of(self.status).code

    @property
    def shown_status(self) -> str:
        return str(_("Not on WhatsApp's list any more")) if self.missing_since else states.words(self.status)


class TemplateFill(models.Model):
    """Where the value of one slot comes from, so that composer, keep-alive and rules can fill the template by themselves (C23).

    A slot without a row is asked for.
    """

    class Source(models.TextChoices):
        ASK = "ask", _("asked for when sending")
        CONTACT_FIRST_NAME = "contact_first_name", _("the customer's first name")
        CONTACT_NAME = "contact_name", _("the customer's name")
        CONTACT_NUMBER = "contact_number", _("the customer's number")
        AGENT_NAME = "agent_name", _("the agent's first name")
        CHANNEL_NAME = "channel_name", _("the channel's name")
        CONVERSATION_NUMBER = "conversation_number", _("the conversation's number")
        FIXED = "fixed", _("always this text")

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="fills", verbose_name=_("template"))
    slot = models.CharField(_("value"), max_length=80)
    source = models.CharField(_("comes from"), max_length=24, choices=Source.choices, default=Source.ASK)
    text = models.CharField(
        _("text"), max_length=200, blank=True, help_text=_("Always this, or instead of a name nobody knows.")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("filled value")
        verbose_name_plural = _("filled values")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["template", "slot"], name="template_fill_once"),
            models.CheckConstraint(
                condition=~models.Q(source="fixed", text=""),
                name="template_fill_has_its_text",
                violation_error_message=_("Write the text that is always sent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot}: {self.get_source_display()}"


class TemplateSync(models.Model):
    """When a channel's templates were last read from Meta, when they are to be read again, and what went wrong. Machine times."""

    channel = models.OneToOneField(
        Channel, on_delete=models.CASCADE, related_name="template_sync", verbose_name=_("channel")
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    synced_at = models.DateTimeField(_("synced"), null=True, blank=True)
    count = models.PositiveIntegerField(_("templates"), default=0)
    problem_code = models.CharField(_("error"), max_length=40, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)  # Meta's own details; the sentence is by code
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)

    class Meta:
        verbose_name = _("synchronisation of templates")
        verbose_name_plural = _("synchronisations of templates")

    def __str__(self) -> str:
        return f"{self.channel_id}"
