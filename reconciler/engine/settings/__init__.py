"""What is set up: the Jira integration of case projects, and webhooks."""
