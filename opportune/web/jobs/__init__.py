"""Long commands: how far they are, stopping them, and taking them back."""
