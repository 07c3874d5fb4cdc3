"""Files, both ways: kept under the hash of their content (shelf), what WhatsApp takes (kinds), made smaller (pictures) (C14, C34)."""
