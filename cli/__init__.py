"""The `statesheet` command: a module a subcommand."""
