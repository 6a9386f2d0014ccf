"""Keeps Datadog Error Tracking issues, Case Management cases and Jira tickets in step, from YAML in git."""

__version__ = "0.1.0"
