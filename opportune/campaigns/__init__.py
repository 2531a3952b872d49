"""Campaigns and their segments: what brings deals about."""
