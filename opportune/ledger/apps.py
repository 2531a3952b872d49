from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "opportune.ledger"
    label = "ledger"
