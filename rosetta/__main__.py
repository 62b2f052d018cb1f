"""`python -m rosetta`: the command where it is not installed, such as in a checkout."""

from rosetta.command import main

if __name__ == "__main__":
    main()
