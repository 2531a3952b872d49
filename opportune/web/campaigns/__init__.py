"""Campaigns and segments: their lists, records and forms, and what the pickers of a deal offer of them."""
