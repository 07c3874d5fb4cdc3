"""What an agent may ask to be sent: a text, a file uploaded before, a template, or any type with Meta's own object of it (C34)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework import serializers

from conversations import clock
from conversations.api.bounds import JsonField
from conversations.errors import Invalid
from conversations.models import Conversation, Product, Upload
from conversations.queries.templates import content_of as template_content

Json = dict[str, Any]
REACTS_TO = timedelta(days=30)
ONE_OF = {"content", "template", "upload", "products", "reaction"}  # and "text", alone or as the words with products


class ReactionBody(serializers.Serializer[Any]):
    message = serializers.IntegerField(help_text="Id of the message it is for.")
    emoji = serializers.CharField(max_length=32, allow_blank=True, help_text="Empty takes it back.")


class RetryBody(serializers.Serializer[Any]):
    force = serializers.BooleanField(default=False, help_text="Although it may arrive twice.")


class AnswerBody(serializers.Serializer[Any]):
    """One of: `text`; `upload` with `caption` or `voice`; `template` with its `parameters`; `products` with their `text`; `reaction`;
    `type` with Meta's object as `content`."""

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
    products = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=30,
        help_text="Articles of the channel's catalogue, with a `text`; none: the whole catalogue.",
    )
    reaction = ReactionBody(required=False)
    reply_to = serializers.IntegerField(required=False, allow_null=True, help_text="Id of the message it answers.")
    not_before = serializers.DateTimeField(required=False, allow_null=True, help_text="Send it later.")

    def validate(self, attrs: Json) -> Json:
        asked = ONE_OF & attrs.keys()
        if len(asked) > 1 or ("text" in attrs and asked - {"products"}) or not (asked or "text" in attrs):
            raise serializers.ValidationError(
                _("Give either a text, an uploaded file, a template, products, a reaction, or a type with its content.")
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
    if "products" in given:
        return "interactive", _products(given, conversation)
    if "reaction" in given:
        return "reaction", _reaction(given["reaction"], conversation)
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


def _products(given: Json, conversation: Conversation) -> Json:
    """One product, a list of several, or the whole catalogue."""
    catalog_id, articles = conversation.channel.catalog_id, list(dict.fromkeys(given["products"]))
    if not catalog_id:
        raise Invalid(_("No catalogue is chosen for this number."))
    known = set(
        Product.objects.filter(catalog_id=catalog_id, retailer_id__in=articles).values_list("retailer_id", flat=True)
    )
    if missing := [article for article in articles if article not in known]:
        raise Invalid(_("Not in the catalogue: %(articles)s.") % {"articles": ", ".join(missing)})
    text = str(given.get("text") or "")
    words: Json = {"body": {"text": text}} if text else {}
    if len(articles) == 1:
        return {"type": "product", **words, "action": {"catalog_id": catalog_id, "product_retailer_id": articles[0]}}
    if not articles:
        return {"type": "catalog_message", **words, "action": {"name": "catalog_message"}}
    items = [{"product_retailer_id": article} for article in articles]
    return {
        "type": "product_list",
        "header": {"type": "text", "text": conversation.channel.name[:60]},
        **words,
        "action": {
            "catalog_id": catalog_id,
            "sections": [{"title": conversation.channel.name[:24], "product_items": items}],
        },
    }


def _reaction(given: Json, conversation: Conversation) -> Json:
    """On a message of this conversation of the last thirty days, which is no reaction itself (facts §8)."""
    target = conversation.messages.filter(pk=given["message"]).exclude(type="reaction").first()
    if target is None or not target.wamid:
        raise Invalid(_("The message to react to is not in this conversation, or has not reached WhatsApp."))
    if clock.now() - target.timestamp > REACTS_TO:
        raise Invalid(_("WhatsApp takes reactions to messages of the last 30 days."))
    return {"message_id": target.wamid, "emoji": given["emoji"]}
