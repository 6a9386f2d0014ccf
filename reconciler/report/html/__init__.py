"""Reports as pages for a browser: each one file that asks for nothing else, runs no script, and shows hostile text as text."""
