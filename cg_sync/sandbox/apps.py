"""Names the sandbox for Django: its tables and its part of the admin menu."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "cg_sync.sandbox"
    label = "sandbox"
    verbose_name = "Sales channels"
    default_auto_field = "django.db.models.BigAutoField"
