"""What the desk has besides the cases: filters, live counts, undo, presence, ready-made texts."""
