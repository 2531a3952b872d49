from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "opportune.reference"
    label = "reference"
