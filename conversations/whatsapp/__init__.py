"""Everything that knows Meta's wire format. No models here."""
