"""Texts as TOML and YAML have them."""


def quoted(text: str) -> str:
    """A text in double quotes, which both languages read as it is, whatever it holds; no lone surrogates for TOML."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
