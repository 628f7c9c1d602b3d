"""From typed text to checked values; no rule and no write lives here."""
