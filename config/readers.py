"""Who reads the journal (D15): name of the bookmark -> dotted path of `(events: list[Event]) -> None`. Reading twice is harmless."""

READERS = {
    "conversations.costs": "conversations.readers.settle_costs",
    "crm_sync.mirror": "crm_sync.readers.mirror",
    "reports.facts": "reports.readers.keep_facts",
}
