"""The command line: click commands, exit codes and the wiring of every adapter. Nothing imports it."""
