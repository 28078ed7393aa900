"""docs/settings.md is what the settings are."""

from config.settings import Settings
from tests.spec.settings_page import PAGE, settings_page


def test_the_page_is_made_from_the_settings():
    """After a change: `python -m tests.spec.settings_page`."""
    assert PAGE.read_text() == settings_page()


def test_every_setting_says_what_it_means():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
