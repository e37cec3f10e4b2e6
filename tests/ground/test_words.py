"""The six words of a node: the list as it was published, the digits in their order."""

from hashlib import sha256

from canopy.ground.words import word_list, words_of


def test_the_list_is_effs_short_list_in_its_order() -> None:
    words = word_list()
    assert (len(words), words[0], words[-1]) == (1296, "acid", "zoom")
    # Of the file of one word a line, as published.
    known = "36ecca49e4fa20ca84b176c32f2e9c82f98f446585190e75f9879a95c08247bf"
    assert sha256("".join(f"{word}\n" for word in words).encode()).hexdigest() == known


def test_words_are_the_digits_of_the_first_62_bits() -> None:
    listed = word_list()
    assert words_of(bytes(32)) == ("acid",) * 6
    # 1296 + 5, in the upper 62 of 64 bits; what follows does not count.
    assert words_of(((1296 + 5) << 2 | 3).to_bytes(8, "big") + b"\xff" * 24) == ("acid",) * 4 + (listed[1], listed[5])
    most = words_of(b"\xff" * 32)
    number = 0
    for word in most:
        number = number * 1296 + listed.index(word)
    assert number == 2**62 - 1
