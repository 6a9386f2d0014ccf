"""Jira's clients: they satisfy the `JiraWriter` port. *Ticket* is our word for a Jira issue; only Jira's own words say "issue"."""
