from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "opportune.campaigns"
    label = "campaigns"
