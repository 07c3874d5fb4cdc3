"""The nouns of floor 1 (D1). Import them from here."""

from conversations.models.account_update import AccountFact, AccountUpdate, VolumeTier
from conversations.models.attachment import Attachment
from conversations.models.budget import Budget, BudgetMonth
from conversations.models.caps import Binds
from conversations.models.channel import Channel
from conversations.models.channel_health import ChannelHealth
from conversations.models.clock_shift import ClockShift
from conversations.models.consent import Consent
from conversations.models.contact import Contact, Identity, Tier
from conversations.models.conversation import Conversation, Priority
from conversations.models.delivery import Attempt, Delivery, EarlyStatus
from conversations.models.department import Department, DepartmentMember
from conversations.models.event import Bookmark, Event, ParkedEvent, ParkedStep
from conversations.models.group import Group, GroupJoinRequest, GroupParticipant
from conversations.models.halt import Halt
from conversations.models.held import HeldMessage
from conversations.models.ledger import LedgerEntry
from conversations.models.lock import Lock
from conversations.models.message import (
    Direction,
    Lane,
    Message,
    MessageStatus,
    MessageVersion,
    Origin,
    Reaction,
)
from conversations.models.note import Note
from conversations.models.notification import Notification, SavedView
from conversations.models.order import Order, OrderLine
from conversations.models.portfolio import Portfolio
from conversations.models.presence import Presence
from conversations.models.pricing import Allowance, Exchange, Market, Rate
from conversations.models.product import Product
from conversations.models.rating import Rating
from conversations.models.receipt import Receipt
from conversations.models.setup import ChannelProfile, ChannelSetup, StepAdvice, StepKey
from conversations.models.signal import Signal
from conversations.models.stamp import Alarm, Heartbeat, Stamp
from conversations.models.tag import Tag
from conversations.models.tally import DayTally, Reached, ReachTally
from conversations.models.template import Template, TemplateFill, TemplateSync
from conversations.models.token import ApiToken
from conversations.models.upload import MediaHandle, Upload
from conversations.models.window import Window

__all__ = [
    "AccountFact",
    "AccountUpdate",
    "Alarm",
    "Allowance",
    "ApiToken",
    "Attachment",
    "Attempt",
    "Binds",
    "Bookmark",
    "Budget",
    "BudgetMonth",
    "Channel",
    "ChannelHealth",
    "ChannelProfile",
    "ChannelSetup",
    "ClockShift",
    "Consent",
    "Contact",
    "Conversation",
    "DayTally",
    "Delivery",
    "Department",
    "DepartmentMember",
    "Direction",
    "EarlyStatus",
    "Event",
    "Exchange",
    "Group",
    "GroupJoinRequest",
    "GroupParticipant",
    "Halt",
    "Heartbeat",
    "HeldMessage",
    "Identity",
    "Lane",
    "LedgerEntry",
    "Lock",
    "Market",
    "MediaHandle",
    "Message",
    "MessageStatus",
    "MessageVersion",
    "Note",
    "Notification",
    "Order",
    "OrderLine",
    "Origin",
    "ParkedEvent",
    "ParkedStep",
    "Portfolio",
    "Presence",
    "Priority",
    "Product",
    "Rate",
    "Rating",
    "ReachTally",
    "Reached",
    "Reaction",
    "Receipt",
    "SavedView",
    "Signal",
    "Stamp",
    "StepAdvice",
    "StepKey",
    "Tag",
    "Template",
    "TemplateFill",
    "TemplateSync",
    "Tier",
    "Upload",
    "VolumeTier",
    "Window",
]
