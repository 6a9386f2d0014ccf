"""Tickets that should exist: which, where they go, and creating them exactly once."""
