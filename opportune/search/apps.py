from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "opportune.search"
    label = "search"
