"""`python -m api.cli` is `smena`."""

from api.cli import main

main()
