"""`python -m rosetta`: run the command without installing it, e.g. in a checkout."""

from rosetta.command import main

if __name__ == "__main__":
    main()
