from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "opportune.mailing"
    label = "mailing"
