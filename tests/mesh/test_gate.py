"""Who may stand at the door: the oldest that prove nothing give way, and nobody else."""

from canopy.mesh.gate import HANDSHAKES, MOST_ADDRESSES, PER_ADDRESS, PER_ADDRESS_SECONDS, SOCKETS, Gate


def filled(count: int) -> Gate:
    gate = Gate()
    for number in range(count):
        assert gate.enter(number) is None
    return gate


def test_below_the_limit_everybody_may_stay() -> None:
    assert filled(SOCKETS).turned_away == 0


def test_beyond_the_limit_the_oldest_goes_each_time() -> None:
    gate = filled(SOCKETS)
    assert [gate.enter(f"new {number}") for number in range(3)] == [0, 1, 2]
    assert gate.turned_away == 3


def test_whoever_is_linked_is_never_turned_away() -> None:
    gate = filled(SOCKETS)
    for number in range(SOCKETS - 1):
        gate.link(number)
    assert gate.enter("new") == SOCKETS - 1
    assert gate.enter("newer") == "new"


def test_where_all_are_linked_the_newcomer_goes() -> None:
    gate = filled(SOCKETS)
    for number in range(SOCKETS):
        gate.link(number)
    assert gate.enter("new") == "new"


def test_one_that_left_makes_room() -> None:
    gate = filled(SOCKETS)
    gate.leave(7)
    gate.leave("never came")
    assert gate.enter("new") is None


def test_one_that_was_turned_away_cannot_link_any_more() -> None:
    gate = filled(SOCKETS)
    assert gate.enter("new") == 0
    gate.link(0)
    assert gate.enter("newer") == 1


def test_of_many_handshakes_the_oldest_gives_way() -> None:
    gate = filled(HANDSHAKES + 2)
    for number in range(HANDSHAKES):
        assert gate.shake(number, "", 0.0) is None
    assert gate.shake(HANDSHAKES, "", 0.0) == 0
    gate.link(1)
    assert gate.shake(HANDSHAKES + 1, "", 0.0) is None


def test_an_address_may_try_only_so_often() -> None:
    gate = filled(20)
    for number in range(PER_ADDRESS):
        assert gate.shake(number, "10.0.0.1", 0.0) is None
    assert gate.shake(10, "10.0.0.1", 1.0) == 10
    assert gate.shake(11, "10.0.0.2", 1.0) is None
    assert gate.shake(12, "10.0.0.1", PER_ADDRESS_SECONDS) is None
    assert gate.turned_away == 1


def test_what_was_refused_does_not_count_against_an_address() -> None:
    gate = filled(40)
    for number in range(PER_ADDRESS):
        gate.shake(number, "10.0.0.1", 0.0)
    for number in range(20):
        assert gate.shake(PER_ADDRESS + number, "10.0.0.1", 9.0) == PER_ADDRESS + number
    assert gate.shake(30, "10.0.0.1", 10.0) is None


def test_this_machine_itself_is_not_paced() -> None:
    gate = filled(20)
    assert [gate.shake(number, "", 0.0) for number in range(PER_ADDRESS * 2)] == [None] * PER_ADDRESS * 2


def test_addresses_are_remembered_within_bounds() -> None:
    gate = Gate()
    for number in range(MOST_ADDRESSES + 100):
        gate.enter(number)
        gate.shake(number, f"address {number}", 0.0)
        gate.leave(number)
    assert len(gate._recent) <= MOST_ADDRESSES
