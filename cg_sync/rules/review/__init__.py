"""What a review of all settings finds: contradictions, shadows, overlaps, broken invariants."""
