"""Texts as terminals, TOML and YAML have them."""


def quoted(text: str) -> str:
    """A text in double quotes, which both languages read as it is, whatever it holds; no lone surrogates for TOML."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def plain(text: str) -> str:
    """A text from elsewhere as it may be shown: nothing in it commands the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
