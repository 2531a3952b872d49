"""Competitors: their list, and what is known of each."""
