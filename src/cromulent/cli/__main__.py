"""`python -m cromulent.cli`, the same as `cromulent`."""

from cromulent.cli.app import main

main()
