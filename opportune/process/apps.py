from django.apps import AppConfig


class ProcessConfig(AppConfig):
    name = "opportune.process"
    label = "process"
