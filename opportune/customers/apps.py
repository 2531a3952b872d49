from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "opportune.customers"
    label = "customers"
