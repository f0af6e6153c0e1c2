"""Runs the operator's command."""

from infra.admin.commands import main

if __name__ == "__main__":
    main()
