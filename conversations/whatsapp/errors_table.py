"""Meta's error codes of sending; those of everything else are in errors_of_setup.py (C31, facts §10).

Meta's page: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

from conversations.whatsapp.error_rules import DAY, HOUR, Class, Effect, Row, Rule

R, W, N, A = Class.RETRY, Class.WAIT, Class.NEVER, Class.ALARM

ACCOUNT: list[Row] = [
    (
        (0, 190),
        Rule(
            A,
            gettext_noop(
                "WhatsApp does not accept this number's access token any more. An administrator enters a new one; "
                "messages wait until then."
            ),
            Effect.CHANNEL_NEEDS_TOKEN,
        ),
    ),
    (
        (3, 10, *range(200, 300), 131005),
        Rule(
            A,
            gettext_noop(
                "The access token lacks a permission for this. An administrator enters one that has it; "
                "messages wait until then."
            ),
            Effect.CHANNEL_NEEDS_TOKEN,
        ),
    ),
    (
        (33,),
        Rule(
            N,
            gettext_noop(
                "WhatsApp does not know this number: it was deleted, or its id is wrong. "
                "An administrator checks the channel's page."
            ),
        ),
    ),
    (
        (368, 131031),
        Rule(
            A,
            gettext_noop(
                "WhatsApp has restricted or locked this account over its policies. Sending has stopped; "
                "an administrator finds the reason in WhatsApp Manager."
            ),
            Effect.CHANNEL_STOPPED,
        ),
    ),
    (
        (131037,),
        Rule(
            A,
            gettext_noop(
                "The display name of this number is not approved. Sending has stopped until an administrator has it "
                "approved."
            ),
            Effect.CHANNEL_STOPPED,
        ),
    ),
    (
        (131042, 131044, 134011),
        Rule(
            A,
            gettext_noop(
                "WhatsApp reports a payment problem of the account. Sending has stopped; an administrator checks "
                "payment method and terms in WhatsApp Manager."
            ),
            Effect.CHANNEL_STOPPED,
        ),
    ),
    (
        (131045, 133010),
        Rule(
            A,
            gettext_noop(
                "This number is not registered with WhatsApp. Sending has stopped; an administrator registers it on "
                "the channel's page."
            ),
            Effect.CHANNEL_STOPPED,
        ),
    ),
    (
        (131048,),
        Rule(
            W,
            gettext_noop(
                "WhatsApp limits this number because customers blocked or reported it. Sending stops for some hours; "
                "an administrator finds out what was unwanted."
            ),
            Effect.CHANNEL_RESTRICTED,
            first_wait=2 * HOUR,
            tries=12,
        ),
    ),
    (
        (131064,),
        Rule(
            W,
            gettext_noop(
                "WhatsApp limits this number because templates have a wrong category. Sending stops for some hours; "
                "an administrator corrects the templates."
            ),
            Effect.CHANNEL_RESTRICTED,
            first_wait=2 * HOUR,
            tries=12,
        ),
    ),
]

PACE: list[Row] = [
    ((1, 131000), Rule(R, gettext_noop("Something went wrong at WhatsApp. Trying again may help."), tries=3)),
    (
        (2, 131016, 133004),
        Rule(R, gettext_noop("WhatsApp is not available for the moment. Trying again later helps.")),
    ),
    (
        (4, 17, 613, 80007),
        Rule(
            W,
            gettext_noop("Too many requests went to WhatsApp in a short time. Sending slows down; wait a little."),
            Effect.CHANNEL_SLOWED,
            first_wait=30,
        ),
    ),
    (
        (130429,),
        Rule(
            R,
            gettext_noop("This number sent faster than WhatsApp allows. Sending slows down; wait a little."),
            Effect.CHANNEL_SLOWED,
            tries=12,
        ),
    ),
    (  # 4^X seconds (facts §9)
        (131056,),
        Rule(
            R,
            gettext_noop("Too many messages went to this customer in a short time. Wait a little before the next."),
            factor=4,
            tries=8,
        ),
    ),
    (
        (131057, 2494100),
        Rule(
            R,
            gettext_noop("WhatsApp is working on this number, as during an upgrade. It takes some minutes."),
            first_wait=60,
            tries=10,
        ),
    ),
]

CUSTOMER: list[Row] = [
    ((131021,), Rule(N, gettext_noop("The number cannot write to itself. Choose another recipient."))),
    (
        (131026,),
        Rule(
            N,
            gettext_noop(
                "This customer cannot be reached on WhatsApp: no account, an old app, or this number is blocked. "
                "Try another way."
            ),
            Effect.CONTACT_UNREACHABLE,
        ),
    ),
    (
        (131030,),
        Rule(
            N,
            gettext_noop(
                "A test number may write only to the numbers on its list. An administrator adds this one in Meta's "
                "app dashboard."
            ),
        ),
    ),
    (
        (131047,),
        Rule(N, gettext_noop("The customer last wrote more than 24 hours ago. Send a template."), Effect.WINDOW_CLOSED),
    ),
    (
        (131049,),
        Rule(
            W,
            gettext_noop(
                "WhatsApp held this marketing message back, because the customer gets many of them. "
                "Wait for a day at least."
            ),
            first_wait=DAY,
            tries=2,
        ),
    ),
    (
        (131050,),
        Rule(
            N,
            gettext_noop("The customer does not want marketing messages from you. Do not send any more."),
            Effect.CONTACT_OPTED_OUT,
        ),
    ),
    (
        (130472,),
        Rule(
            N,
            gettext_noop(
                "WhatsApp did not deliver this as part of an experiment of its own with this customer. "
                "Wait until the customer writes."
            ),
        ),
    ),
    ((130497,), Rule(N, gettext_noop("WhatsApp does not let this account write to customers in this country."))),
    (
        (131062,),
        Rule(N, gettext_noop("This message needs the customer's phone number, which is not known. Ask for it first.")),
    ),
    (
        (137000,),
        Rule(N, gettext_noop("The customer's WhatsApp identity has changed. Make sure who it is before you go on.")),
    ),
]

MESSAGE: list[Row] = [
    (
        (100, 131008, 131009, 135000),
        Rule(
            N,
            gettext_noop(
                "WhatsApp did not accept the form of this message. Change it, or tell an administrator the code."
            ),
        ),
    ),
    ((131035, 131036), Rule(N, gettext_noop("WhatsApp no longer has the content of this message."))),
    (
        (131051, 130501),
        Rule(N, gettext_noop("WhatsApp does not support this kind of message. Say it in another way, such as text.")),
    ),
    (
        (131052,),
        Rule(N, gettext_noop("The customer's file could not be fetched. Ask for it once more, below 100 MB.")),
    ),
    (
        (131053,),
        Rule(N, gettext_noop("WhatsApp could not take the file. Check its kind and size, then attach it again.")),
    ),
]

TEMPLATE: list[Row] = [
    (
        (131055,),
        Rule(N, gettext_noop("This template can be sent only through Meta's marketing interface. Choose another.")),
    ),
    (
        (131063,),
        Rule(
            N,
            gettext_noop("Marketing templates are switched off for this number at WhatsApp. Send another kind."),
        ),
    ),
    (
        (132000, 132008, 132012, 132018),
        Rule(
            N,
            gettext_noop("The values do not fit the template: their number, kind or format. Fill them in again."),
        ),
    ),
    (
        (132001,),
        Rule(N, gettext_noop("This template does not exist in this language, or is not approved. Choose another.")),
    ),
    ((132005,), Rule(N, gettext_noop("The template is too long once filled. Use shorter values."))),
    ((132007,), Rule(N, gettext_noop("The template breaks WhatsApp's content rules. Choose another."))),
    (
        (132015,),
        Rule(
            W,
            gettext_noop(
                "WhatsApp paused this template because customers did not like it. It takes hours; "
                "choose another if it is urgent."
            ),
            Effect.TEMPLATE_PAUSED,
            first_wait=3 * HOUR,
        ),
    ),
    (
        (132016,),
        Rule(
            N,
            gettext_noop("WhatsApp disabled this template because customers did not like it. Choose another."),
            Effect.TEMPLATE_DISABLED,
        ),
    ),
    ((132068,), Rule(N, gettext_noop("The WhatsApp flow of this message is blocked. An administrator repairs it."))),
    (
        (132069,),
        Rule(
            W,
            gettext_noop("WhatsApp slowed the flow of this message down, because it has problems. Wait for an hour."),
            first_wait=HOUR,
        ),
    ),
    (
        (134100, 134101, 134102),
        Rule(W, gettext_noop("WhatsApp is still preparing this template. Wait ten minutes."), first_wait=600),
    ),
]

ROWS = [*ACCOUNT, *PACE, *CUSTOMER, *MESSAGE, *TEMPLATE]
