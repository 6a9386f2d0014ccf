"""The operations of the simulated Jira API, a module a resource."""
