"""The panel's forms: what they refuse, and in which words."""

import json
from typing import Any

from django import forms

from cg_sync.sandbox import models
from cg_sync.sandbox.serializers import channel_lists


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # subscripts fail when it runs
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        _refuse_taken(self, cleaned, "name", "group")
        return cleaned


class PrettyJson(forms.JSONField):
    """JSON as people write it: indented, letters as letters."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):  # what was typed, and is not valid yet
            return value
        return json.dumps(value, indent=2, ensure_ascii=False)


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]  # subscripts fail when it runs
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        _refuse_taken(self, cleaned, "slug", "setting")
        config = cleaned.get("config")
        if "config" in cleaned and not (isinstance(config, dict) and "slug" in config):
            self.add_error("config", "A rule is a JSON object with a slug.")
        if channel := _channel_of(self, cleaned):
            for field, lists in channel_lists(channel).items():
                if cleaned.get(field) and cleaned[field].pk not in lists:
                    self.add_error(field, f"Not in the catalog of {channel}.")
        return cleaned


def _channel_of(form: Any, cleaned: dict[str, Any]) -> models.Channel | None:
    """The channel that was chosen, or, where it cannot be chosen any more, is."""
    return cleaned.get("channel") or (form.instance.channel if form.instance.pk else None)


def _refuse_taken(form: Any, cleaned: dict[str, Any], field: str, what: str) -> None:
    """A warning at the field when another record of the channel has the value."""
    channel, value = _channel_of(form, cleaned), cleaned.get(field)
    same = form.instance.__class__.objects.filter(channel=channel, **{field: value})
    if value and channel and same.exclude(pk=form.instance.pk).exists():
        form.add_error(
            field,
            f"There is a {what} “{value}” in {channel} already: choose another {field}.",
        )
