"""Meta's error codes of all but sending: numbers, the block list, groups, templates, coexistence (C31, facts §10)."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from conversations.whatsapp.error_rules import Class, Row, Rule

R, W, N = Class.RETRY, Class.WAIT, Class.NEVER

# A wait here is for people, as long as Meta's `details` say: to try in a loop makes it longer.
NUMBER: list[Row] = [
    (
        (133000,),
        Rule(
            W,
            gettext_noop("An earlier deregistration was left unfinished. Deregister the number again first."),
            tries=1,
        ),
    ),
    (
        (133005,),
        Rule(W, gettext_noop("The PIN is wrong. Enter the number's own, or reset it in WhatsApp Manager."), tries=1),
    ),
    ((133006,), Rule(W, gettext_noop("The number is not verified yet. Ask for a code and enter it first."), tries=1)),
    ((133008,), Rule(W, gettext_noop("The PIN was wrong too often. Wait as long as WhatsApp says."), tries=1)),
    ((133009,), Rule(W, gettext_noop("The PIN was entered too fast. Wait as long as WhatsApp says."), tries=1)),
    ((133015,), Rule(W, gettext_noop("The number is still being deleted at WhatsApp. Wait five minutes."), tries=1)),
    (
        (133016,),
        Rule(W, gettext_noop("The number was registered too often. WhatsApp allows it again after 72 hours."), tries=1),
    ),
    (
        (136024,),
        Rule(W, gettext_noop("WhatsApp does not send a code now. Wait as long as it says, then ask again."), tries=1),
    ),
    (
        (136025,),
        Rule(W, gettext_noop("WhatsApp did not accept this code: it is wrong or too old. Ask for a new one."), tries=1),
    ),
    (
        (147001, 147002, 147003, 147004, 147005),
        Rule(N, gettext_noop("WhatsApp did not accept this business username. Choose another.")),
    ),
    (
        (2593107, 2593108),
        Rule(
            N, gettext_noop("The business app's history was asked for too often, or too late. Connect the number anew.")
        ),
    ),
    ((2593109,), Rule(N, gettext_noop("The number's owner chose not to share the history of the business app."))),
    (
        tuple(range(138000, 139000)),
        Rule(N, gettext_noop("This is about a WhatsApp call, which the desk does not make.")),
    ),
]

BLOCK_LIST: list[Row] = [
    ((139100,), Rule(N, gettext_noop("Some customers could not be blocked or unblocked. Each has its reason."))),
    ((139101,), Rule(N, gettext_noop("The block list is full: it holds 64,000. Unblock others first."))),
    ((139102, 139103), Rule(R, gettext_noop("The block list is being changed at this moment. Trying again helps."))),
]

GROUP: list[Row] = [
    ((131020,), Rule(N, gettext_noop("The group has no other member. Share its invitation first."))),
    ((131041, 131059, 131202), Rule(N, gettext_noop("WhatsApp refused this for the group."))),
    ((131201,), Rule(N, gettext_noop("WhatsApp did only a part of this for the group. Look at each member."))),
    (
        (131203,),
        Rule(
            N, gettext_noop("The terms for groups are not accepted. An administrator accepts them in WhatsApp Manager.")
        ),
    ),
    ((131204, 131210), Rule(N, gettext_noop("The group, or the number of groups, has reached WhatsApp's limit."))),
    ((131207,), Rule(N, gettext_noop("WhatsApp suspended this group. Write to its members one by one."))),
    ((131208,), Rule(W, gettext_noop("Too many requests for groups in a short time. Wait a little."), first_wait=60)),
    ((131209,), Rule(N, gettext_noop("WhatsApp did not accept the group's picture: square, and 192 pixels at least."))),
    ((131211, 131212), Rule(N, gettext_noop("This customer is not in the group, or asks no longer to join."))),
    ((131213, 131214), Rule(N, gettext_noop("Groups are switched off for this number at WhatsApp."))),
    ((131215,), Rule(N, gettext_noop("This number may not have groups: it needs to be an Official Business Account."))),
]

TEMPLATE: list[Row] = [
    ((2388019,), Rule(N, gettext_noop("The account has as many templates as WhatsApp allows. Delete some first."))),
    ((2388040,), Rule(N, gettext_noop("A text of the template is too long."))),
    ((2388047,), Rule(N, gettext_noop("WhatsApp did not accept the template's header."))),
    ((2388072,), Rule(N, gettext_noop("WhatsApp did not accept the template's body."))),
    ((2388073,), Rule(N, gettext_noop("WhatsApp did not accept the template's footer."))),
    ((2388293,), Rule(N, gettext_noop("The template has too many variables for so few words."))),
    ((2388299,), Rule(N, gettext_noop("A variable stands at the template's beginning or end. Put a word there."))),
]

ROWS = [*NUMBER, *BLOCK_LIST, *GROUP, *TEMPLATE]
