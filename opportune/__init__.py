"""Opportune, a self-hosted sales CRM."""

__version__ = "0.1.0"
