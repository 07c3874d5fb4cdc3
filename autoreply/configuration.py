"""Rules, their variants and the channels' policies as kept in memory: no message reads them from the database (D18)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from autoreply.house_words import HOUSE, house_words
from autoreply.models import Policy, Rule, Trigger
from conversations.models import Channel
from conversations.stamps import Kept
from routing.matching import Matcher, Query


@dataclass(slots=True)
class Configuration:
    """Active rules with variants, buttons and targets already read. `matcher` numbers its queries as `keyword_rules` are ordered."""

    rules: dict[str, Rule]
    by_trigger: dict[str, list[Rule]]
    matcher: Matcher
    policies: dict[int, Policy]
    asking: dict[tuple[str, ...], Matcher] = field(default_factory=dict)

    @property
    def keyword_rules(self) -> list[Rule]:
        return self.by_trigger.get(Trigger.KEYWORD, [])

    def policy(self, channel: Channel) -> Policy:
        """The channel's, else the defaults of the model."""
        return self.policies.get(channel.pk) or Policy(channel=channel)

    def asks_for_a_person(self, text: str, policy: Policy, language: str) -> str:
        """The hand-over word found in the text, "" for none (A5). Words as written: "quattro persone" asks for nobody."""
        words = tuple(policy.handover_words) or house_words(language).handover_words
        matcher = self.asking.get(words)
        if matcher is None:
            matcher = self.asking[words] = Matcher([Query(words, "phrase", stems=False)])
        finding = matcher.find(text).get(0)
        return finding.keywords[0] if finding and finding.keywords else ""


def load() -> Configuration:
    rows = list(Rule.objects.filter(is_active=True).prefetch_related("variants__buttons__target"))
    by_trigger: dict[str, list[Rule]] = defaultdict(list)
    for row in rows:
        by_trigger[row.trigger].append(row)
    return Configuration(
        rules={row.key: row for row in rows},
        by_trigger=dict(by_trigger),
        matcher=Matcher([row.query for row in by_trigger.get(Trigger.KEYWORD, [])]),
        policies={policy.channel_id: policy for policy in Policy.objects.all()},
        asking={
            words.handover_words: Matcher([Query(words.handover_words, "phrase", stems=False)])
            for words in HOUSE.values()
        },
    )


KEPT = Kept("autoreply", load)
