"""The tokens of searches (wire §7.2), and the comparisons of operators (§7.4)."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple


class Sign(Enum):
    """The kinds of tokens; errors name operators by these values."""

    VALUE = "value"
    OPEN = "("
    CLOSE = ")"
    AND = "and"
    OR = "or"
    NOT = "not"
    HAS = "has"
    NULL = "null"
    EQUAL = "eq"
    UNEQUAL = "ne"
    LIKE = "like"
    UNLIKE = "unlike"
    GREATER = "gt"
    LESS = "lt"
    AT_LEAST = "gte"
    AT_MOST = "lte"
    AMONG = "in"
    NOT_AMONG = "notin"
    END = "end"


ENDS = (Sign.CLOSE, Sign.END)
PATTERNS = (Sign.LIKE, Sign.UNLIKE)
LISTS = (Sign.AMONG, Sign.NOT_AMONG)
COMPARISONS: Mapping[Sign, Callable[[Any, Any], bool]] = {
    Sign.EQUAL: operator.eq,
    Sign.UNEQUAL: operator.ne,
    Sign.GREATER: operator.gt,
    Sign.LESS: operator.lt,
    Sign.AT_LEAST: operator.ge,
    Sign.AT_MOST: operator.le,
    Sign.LIKE: lambda value, matches: matches(value),
    Sign.UNLIKE: lambda value, matches: not matches(value),
    Sign.AMONG: lambda value, values: value in values,
    Sign.NOT_AMONG: lambda value, values: value not in values,
}
"""Functions of a value that is not null and an operand: a value, a pattern, or a set."""


class Token(NamedTuple):
    """A token: its sign and source text; of a quoted value, the text without quotes."""

    sign: Sign
    text: str


class Tokens:
    """A stream of the tokens up to the last value, followed by END without limit."""

    def __init__(self, text: str) -> None:
        tokens = list(_scan(text))
        while tokens and tokens[-1].sign is not Sign.VALUE:
            tokens.pop()
        self._rest = iter(tokens)
        self.next = next(self._rest, END)

    def take(self) -> Token:
        taken, self.next = self.next, next(self._rest, END)
        return taken

    def took(self, sign: Sign) -> bool:
        """Consume the next token if it has one of these signs; return whether it did."""
        found = self.next.sign is sign
        if found:
            self.take()
        return found


END = Token(Sign.END, "the end")

_PUNCTUATION = {
    "(": Sign.OPEN,
    ")": Sign.CLOSE,
    "&": Sign.AND,
    "&&": Sign.AND,
    "|": Sign.OR,
    "||": Sign.OR,
    "!": Sign.NOT,
    "-": Sign.NOT,
    "=": Sign.EQUAL,
    "==": Sign.EQUAL,
    "!=": Sign.UNEQUAL,
    "<>": Sign.UNEQUAL,
    "~": Sign.LIKE,
    "!~": Sign.UNLIKE,
    ">": Sign.GREATER,
    "<": Sign.LESS,
    ">=": Sign.AT_LEAST,
    "<=": Sign.AT_MOST,
    "^": Sign.AMONG,
    "!^": Sign.NOT_AMONG,
}

_KEYWORDS = {
    "and": Sign.AND,
    "or": Sign.OR,
    "not": Sign.NOT,
    "has": Sign.HAS,
    "set?": Sign.HAS,
    "null?": Sign.NULL,
    "before": Sign.LESS,
    "after": Sign.GREATER,
    "at": Sign.EQUAL,
}

# Together the three alternatives match every character but white space and commas.
_WORDS = r"""(?xs)
      "(?P<quoted>(?:\\.|[^"\\])*)\\?"?
    | (?P<punctuation>&&|\|\||!~|==|!=|<>|>=|<=|!\^|[()&|=<>^!~-])
    | (?P<word>[^\s(),&|=<>^!~"-][^\s(),&|=<>~]*)
    """
_ESCAPED = r"(?s)\\(.)"


def _scan(text: str) -> Iterator[Token]:
    for match in re.finditer(_WORDS, text):
        quoted, punctuation, word = match.groups()
        if punctuation:
            yield Token(_PUNCTUATION[punctuation], punctuation)
        elif word:
            yield Token(_KEYWORDS.get(word.lower(), Sign.VALUE), word)
        else:
            yield Token(Sign.VALUE, re.sub(_ESCAPED, r"\1", quoted))


def pattern(text: str) -> Callable[[str], bool]:
    """A predicate: the value contains the text or, with wildcards, matches it. Linear, without backtracking."""
    first, *others = re.split("[*%]", text.casefold())
    if not others:
        return lambda value: first in value.casefold()
    *middle, last = others

    def matches(value: str) -> bool:
        folded = value.casefold()
        start, end = len(first), len(folded) - len(last)
        if start > end or not (folded.startswith(first) and folded.endswith(last)):
            return False
        for piece in middle:
            found = folded.find(piece, start, end)
            if found < 0:
                return False
            start = found + len(piece)
        return True

    return matches
