"""Quoting for TOML and YAML, and escaping for terminals."""


def quoted(text: str) -> str:
    """Quote a text for TOML or YAML. TOML cannot represent lone surrogates."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def plain(text: str) -> str:
    """Escape control characters of an untrusted text for the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
