from django.apps import AppConfig


class OpportuneConfig(AppConfig):
    """Fills the registries when everything is loaded."""

    name = "opportune.config"
    label = "opportune_config"

    def ready(self) -> None:
        from opportune.wiring import wire

        wire()
