"""The golden files of reports serve sentences too."""

from tests.unit.report.conftest import golden

__all__ = ["golden"]
