"""The numbers of the conformance cases on the pages of Foreman; those between them that are missing do not exist."""

# fmt: off
CASES = frozenset(
    f"{letter}{number:02}"
    for letter, numbers in {
        "F": [*range(1, 12), 13],
        "A": range(1, 14),
        "P": [*range(1, 12), 13],
        "C": [*range(1, 11), *range(12, 19), *range(20, 31), 32],
        "S": range(1, 11),
        "L": range(1, 19),
        "Q": [
            1, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29,
            31, 33, 34, 35, 37, 38, 39, 40, 42, 43, 45, 46, 50, 51, 52, 53,
        ],
        "E": range(1, 11),
        "O": [1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15],
        "U": [1, 2, 3, *range(5, 22)],
        "D": range(1, 9),
    }.items()
    for number in numbers
)
# fmt: on
