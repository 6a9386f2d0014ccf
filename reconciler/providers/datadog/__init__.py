"""The Datadog client: it satisfies the `DatadogWriter` port. *Issue* is Datadog's word; a Jira issue is a ticket."""

from reconciler.providers.datadog.client import DatadogClient, connect_datadog

__all__ = ["DatadogClient", "connect_datadog"]
