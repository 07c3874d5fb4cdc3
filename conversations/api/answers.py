"""What an agent may ask to be sent: a text, a file uploaded before, a template, or any type with Meta's own object of it (C34)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework import serializers

from conversations.api.bounds import JsonField
from conversations.errors import Invalid
from conversations.models import Conversation, Upload
from conversations.queries.templates import content_of as template_content

Json = dict[str, Any]
ONE_OF = {"text", "content", "template", "upload"}


class RetryBody(serializers.Serializer[Any]):
    force = serializers.BooleanField(default=False, help_text="Although it may arrive twice.")


class AnswerBody(serializers.Serializer[Any]):
    """One of: `text`; `upload` with `caption` or `voice`; `template` with its `parameters`; `type` with Meta's object as `content`."""

    text = serializers.CharField(required=False, trim_whitespace=False)
    type = serializers.CharField(required=False, max_length=24, help_text="text, image, template, interactive, …")
    content = JsonField(required=False, help_text='Meta\'s object of that type, such as {"body": "Ciao"}.')
    upload = serializers.IntegerField(required=False, help_text="Id of a file uploaded before by the same person.")
    caption = serializers.CharField(required=False, trim_whitespace=False, help_text="Of a picture, video or document.")
    voice = serializers.BooleanField(required=False, help_text="Sound as a voice message: OGG with Opus.")
    template = serializers.IntegerField(required=False, help_text="Id of an approved template of this channel.")
    parameters = JsonField(
        required=False,
        help_text='What fills the template: slot\'s key -> value, such as {"body.1": "Asha"}. The rest comes from where admin says.',
    )
    reply_to = serializers.IntegerField(required=False, allow_null=True, help_text="Id of the message it answers.")
    not_before = serializers.DateTimeField(required=False, allow_null=True, help_text="Send it later.")

    def validate(self, attrs: Json) -> Json:
        if len(ONE_OF & attrs.keys()) != 1:
            raise serializers.ValidationError(
                _("Give either a text, an uploaded file, a template, or a type with its content.")
            )
        if "content" in attrs and "type" not in attrs:
            raise serializers.ValidationError({"type": _("Name the type of the content.")})
        if "parameters" in attrs and "template" not in attrs:
            raise serializers.ValidationError({"template": _("Name the template of these parameters.")})
        return attrs


def said(given: Json, conversation: Conversation, by: User) -> tuple[str, Json]:
    """Type and Meta's object of what the body asks for. Raises Invalid, and what a template's filling raises."""
    if "template" in given:
        return "template", template_content(conversation, given["template"], by=by, given=given.get("parameters"))
    if "upload" in given:
        return _file(given, by)
    if "text" in given:
        return given.get("type") or "text", {"body": given["text"]}
    return given["type"], given["content"]


def _file(given: Json, by: User) -> tuple[str, Json]:
    upload = Upload.objects.filter(pk=given["upload"], by=by).first()
    if upload is None:
        raise Invalid(_("There is no such upload of yours."))
    content: Json = {"upload": upload.pk}
    if given.get("caption"):
        content["caption"] = given["caption"]
    if upload.kind == "document":
        content["filename"] = upload.filename
    if upload.kind == "audio" and given.get("voice"):
        content["voice"] = True
    return upload.kind, content
