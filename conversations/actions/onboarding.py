"""Setting a number up with Meta's own calls (C2, C4, C5). Calls are made outside transactions; what came of each is kept.

What Meta says no with stays with the step until it succeeds, and is raised in words.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations import clock
from conversations.actions import accounts, channels, uploads
from conversations.actions.messages import queue
from conversations.actor import Actor
from conversations.errors import Invalid, MetaAway, MetaRefused
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.media import pictures, shelf
from conversations.models import Channel, ChannelProfile, ChannelSetup, Conversation, Origin, StepKey, Upload
from conversations.onboarding import badge as badges
from conversations.onboarding.steps import profile_of, setup_of
from conversations.reach import access_to
from conversations.whatsapp import account
from conversations.whatsapp.errors import describe
from conversations.whatsapp.registration import Registration
from conversations.whatsapp.transport import ApiError, NotSent, Unanswered

T = TypeVar("T")
DOCUMENTS, DOCUMENT_BYTES = {"image/jpeg", "application/pdf"}, 5 * 1024 * 1024
LOGO_SIDE = 256
LOCALES = {"it": "it_IT", "en": "en_US"}  # in which the code is read out
METHODS = ("SMS", "VOICE")


def _ask(channel: Channel, step: StepKey, call: Callable[[Registration], T]) -> T:
    """One call; a refusal is kept with the step and raised as MetaRefused or MetaAway."""
    try:
        answer = call(Registration(access_to(channel, base_url=channel.base_url)))
    except ApiError as problem:
        code, detail = str(problem.error.code), problem.error.details or problem.error.message
        _keep_trouble(channel, step, code, detail)
        raise MetaRefused(describe(code, detail), hint=detail, error=problem.error.code) from problem
    except (NotSent, Unanswered) as problem:
        raise MetaAway from problem
    _keep_trouble(channel, step, "", "")
    return answer


@transaction.atomic
def _keep_trouble(channel: Channel, step: StepKey, code: str, detail: str) -> None:
    row = ChannelSetup.objects.select_for_update().get(pk=setup_of(channel).pk)
    row.troubles.pop(step.value, None)
    if code:
        row.troubles[step.value] = {"code": code, "detail": detail[:300], "at": clock.now().isoformat()}
    row.save(update_fields=["troubles"])


@transaction.atomic
def _note(channel: Channel, step: StepKey, by: Actor, **changes: Any) -> None:
    """What is so now, and in the journal that the step was taken."""
    setup = setup_of(channel)
    ChannelSetup.objects.filter(pk=setup.pk).update(**changes)
    record(Kind.CHANNEL_SETUP, by=by, channel=channel, step=step.value)


def keep_documents(*, channel: Channel, by: Actor, document: Upload | None, licence_name: str) -> None:
    """The licence's scan (checked by `take_document`) and the name on it."""
    changes: dict[str, Any] = {"licence_name": licence_name.strip()[:200]}
    if document is not None:
        changes["document"] = document
    _note(channel, StepKey.DOCUMENTS, by, **changes)


def note_review(*, channel: Channel, by: Actor, is_decided: bool) -> None:
    """Staff tell what Meta does not: the application was sent, or decided."""
    _note(channel, StepKey.REVIEW, by, **{"reviewed_at" if is_decided else "review_sent_at": clock.now()})


def check_access(*, channel: Channel, by: Actor) -> None:
    """Ask Meta who this number is, and whose webhooks it sends: token, ids and rights are proved by the answers."""
    found = _ask(channel, StepKey.ACCESS, lambda meta: meta.number())
    if channel.phone_number_id not in _ask(channel, StepKey.ACCESS, lambda meta: meta.numbers_of_account()):
        raise Invalid(_("This number does not belong to the account %(id)s.") % {"id": channel.waba_id})
    apps = _ask(channel, StepKey.ACCESS, lambda meta: meta.subscriptions())
    setup = setup_of(channel)
    learn(channel=channel, by=by, found=found)
    _note(
        channel,
        StepKey.ACCESS,
        by,
        access_at=setup.access_at or clock.now(),
        subscribed_at=(setup.subscribed_at or clock.now()) if apps else None,
    )


@transaction.atomic
def learn(*, channel: Channel, by: Actor, found: dict[str, Any]) -> None:
    """Keep what Meta says of a number, when it was asked for any reason: set-up, the hourly look."""
    setup, now = setup_of(channel), clock.now()
    level = found.get("throughput")
    ChannelSetup.objects.filter(pk=setup.pk).update(
        refreshed_at=now,
        verified_name=str(found.get("verified_name") or "")[:200],
        name_status=str(found.get("name_status") or "")[:40],
        meta_status=str(found.get("status") or "")[:40],
        throughput_level=str(level.get("level") if isinstance(level, dict) else "")[:20],
        is_official=bool(found.get("is_official_business_account")),
        verified_at=(setup.verified_at or now) if found.get("code_verification_status") == "VERIFIED" else None,
        registered_at=(setup.registered_at or now) if found.get("status") == "CONNECTED" else None,
    )
    number = str(found.get("display_phone_number") or "")
    if number and not channel.display_phone_number:
        Channel.objects.filter(pk=channel.pk).update(display_phone_number=number[:32])
    if quality := str(found.get("quality_rating") or ""):
        accounts.set_quality(channel=channel, quality=quality, by=by)
        accounts.found_out(channel=channel, slot="quality", kind=quality)
    with contextlib.suppress(ValueError):  # not set yet: the number has not sent
        limit = account.messaging_limit(found.get("whatsapp_business_manager_messaging_limit"))
        accounts.set_messaging_limit(portfolio=channel.portfolio, limit=limit)
        accounts.found_out(channel=channel, slot="limit", count=limit)


def request_code(*, channel: Channel, by: Actor, method: str) -> None:
    """Meta sends six digits by SMS or reads them out. Raises Invalid, MetaRefused, MetaAway."""
    if method not in METHODS:
        raise Invalid(_("Choose SMS or voice."))
    language = LOCALES.get(channel.language, "en_US")
    _ask(channel, StepKey.NUMBER, lambda meta: meta.request_code(method=method, language=language))
    _note(channel, StepKey.NUMBER, by, code_sent_at=clock.now())


def verify_code(*, channel: Channel, by: Actor, code: str) -> None:
    code = re.sub(r"[\s-]", "", code)
    if not re.fullmatch(r"\d{6}", code):
        raise Invalid(_("The code has six digits."))
    _ask(channel, StepKey.NUMBER, lambda meta: meta.verify_code(code))
    _note(channel, StepKey.NUMBER, by, verified_at=clock.now())


def register(*, channel: Channel, by: Actor, pin: str) -> None:
    """Connect the number with its two-step PIN, which the desk does not keep. At most ten tries in 72 hours: Meta counts."""
    if not re.fullmatch(r"\d{6}", pin):
        raise Invalid(_("The PIN has six digits."))
    _ask(channel, StepKey.PIN, lambda meta: meta.register(pin))
    _note(channel, StepKey.PIN, by, registered_at=clock.now())


def subscribe(*, channel: Channel, by: Actor) -> None:
    """Meta's webhooks of this account come here from now on: it asks our door for its challenge first."""
    if not channel.verify_token:
        raise Invalid(_("Enter a verify token first: any words that nobody guesses."))
    callback = f"{settings.PUBLIC_URL}/webhooks/whatsapp/"
    token = channel.verify_token
    _ask(channel, StepKey.WEBHOOK, lambda meta: meta.subscribe(callback=callback, verify_token=token))
    _note(channel, StepKey.WEBHOOK, by, subscribed_at=clock.now())


def push_profile(*, channel: Channel, by: Actor) -> None:
    """Everything that is filled in, to Meta; the logo only when it is another than the one Meta has."""
    profile = profile_of(channel)
    changes: dict[str, Any] = {
        "address": profile.address,
        "description": profile.description,
        "email": profile.email,
        "websites": [site for site in (profile.website, profile.second_website) if site],
        "vertical": profile.category,
    }
    if profile.about:  # Meta takes no empty one
        changes["about"] = profile.about
    logo = profile.logo
    if logo is not None and logo.sha256 != profile.logo_pushed:
        content = shelf.path_of(logo.sha256).read_bytes()
        changes["profile_picture_handle"] = _ask(
            channel,
            StepKey.PROFILE,
            lambda meta: meta.handle_of(content=content, content_type=logo.content_type, filename=logo.filename),
        )
    _ask(channel, StepKey.PROFILE, lambda meta: meta.change_profile(changes))
    with transaction.atomic():
        ChannelProfile.objects.filter(pk=profile.pk).update(
            pushed_at=clock.now(), logo_pushed=logo.sha256 if logo else profile.logo_pushed
        )
        _note(channel, StepKey.PROFILE, by)


def fetch_profile(*, channel: Channel, by: Actor) -> None:
    """What Meta shows replaces what stands here, field by field; empty ones stay."""
    found = _ask(channel, StepKey.PROFILE, lambda meta: meta.profile())
    profile = profile_of(channel)
    sites = [str(site) for site in found.get("websites") or []][:2]
    told = {
        "about": found.get("about"),
        "address": found.get("address"),
        "description": found.get("description"),
        "email": found.get("email"),
        "category": found.get("vertical") if found.get("vertical") in ChannelProfile.Vertical.values else None,
        "website": sites[0] if sites else None,
        "second_website": sites[1] if len(sites) > 1 else None,
    }
    changed = [name for name, value in told.items() if value]
    for name in changed:
        setattr(profile, name, str(told[name])[:256])
    if changed:
        profile.save(update_fields=changed)
    _note(channel, StepKey.PROFILE, by)


def put_into_service(*, channel: Channel, by: Actor) -> None:
    """Answers that waited leave now."""
    if not (channel.phone_number_id and channel.access_token):
        raise Invalid(_("Enter phone number id and access token first."))
    with transaction.atomic():
        channels.start(channel=channel, by=by)
        setup = setup_of(channel)
        _note(channel, StepKey.ACTIVE, by, activated_at=setup.activated_at or clock.now())


def ask_for_badge(*, channel: Channel, by: Actor) -> None:
    """Once everything is ready (C5). Raises Invalid with what is missing, MetaRefused, MetaAway."""
    missing = [one.words for one in badges.readiness(channel) if not one.is_met]
    if missing:
        raise Invalid(_("Not ready yet: %(what)s") % {"what": " ".join(missing)})
    setup, profile = setup_of(channel), profile_of(channel)
    action = "RESUBMIT_APPLICATION" if setup.badge == ChannelSetup.Badge.REJECTED else "SUBMIT_APPLICATION"
    _ask(
        channel,
        StepKey.PROFILE,
        lambda meta: meta.ask_for_badge(
            action=action, business_name=setup.licence_name, description=profile.description
        ),
    )
    _note(channel, StepKey.PROFILE, by, badge=ChannelSetup.Badge.PENDING, badge_asked_at=clock.now())


def follow_badge(*, channel: Channel, by: Actor) -> None:
    """What Meta says of the application."""
    found = _ask(channel, StepKey.PROFILE, lambda meta: meta.badge())
    if found in ChannelSetup.Badge.values:
        _note(channel, StepKey.PROFILE, by, badge=found, is_official=found == ChannelSetup.Badge.APPROVED)


def send_test(*, channel: Channel, by: Actor) -> None:
    """A few words back to whoever wrote last, to see a message leave. Raises Invalid, WindowClosed."""
    last = Conversation.objects.filter(channel=channel, last_inbound_at__isnull=False).order_by("-last_inbound_at")
    conversation = last.first()
    if conversation is None:
        raise Invalid(_("Write to this number from any phone first."))
    with translation.override(channel.language):
        words = _("This is a test of %(name)s: your message arrived.") % {"name": channel.name}
    queue(conversation=conversation, by=by, origin=Origin.SYSTEM, content={"body": words})


def take_document(*, pieces: Iterable[bytes], filename: str, by: User) -> Upload:
    """The licence's scan: JPG or PDF, under 5 MB (C2). Raises FileRefused, FileTooLarge, Invalid."""
    upload = uploads.take(pieces=pieces, filename=filename, by=by, longest_side=0)
    if upload.content_type not in DOCUMENTS or upload.size >= DOCUMENT_BYTES:
        upload.delete()
        raise Invalid(_("The licence is a JPG or PDF of less than 5 MB."))
    return upload


def take_logo(*, pieces: Iterable[bytes], filename: str, by: User) -> Upload:
    """At least 256 × 256 pixels (C2). Raises FileRefused, FileTooLarge, Invalid."""
    upload = uploads.take(pieces=pieces, filename=filename, by=by, longest_side=0)
    if upload.kind != "image" or min(pictures.size_of(shelf.path_of(upload.sha256))) < LOGO_SIDE:
        upload.delete()
        raise Invalid(_("The logo is a JPEG or PNG picture of at least 256 × 256 pixels."))
    return upload
