"""The Datadog side of the simulator: Error Tracking, Case Management and the Jira integration, as the API serves them."""
