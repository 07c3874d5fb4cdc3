"""Floor 1: people, messages, the wire to WhatsApp, the journal."""
