"""The tree of errors: each leaf has a code of its own, a status, and a sentence that a person can read."""

import importlib
import pkgutil

import pytest

import canopy
from canopy.cli.http import RemoteError
from canopy.ground import errors
from canopy.ground.errors import CanopyError, Conflict, NotFound, OurFault, StartFailed, TheirFault

for _module in pkgutil.walk_packages(canopy.__path__, "canopy."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)


def _tree(root: type[CanopyError]) -> list[type[CanopyError]]:
    """All errors of ours; `RemoteError` repeats what a running node answered and says nothing of its own."""
    found = [root]
    for kind in found:
        found.extend(kind.__subclasses__())
    ours = (kind for kind in found if kind.__module__.startswith("canopy.") and kind is not RemoteError)
    return sorted(ours, key=lambda kind: kind.__name__)


ALL = _tree(CanopyError)
LEAVES = [kind for kind in ALL if not kind.__subclasses__()]


def test_the_tree_is_found() -> None:
    assert {"NotFound", "Busy", "BadChain", "NewerDatabase", "ReadTooLong"} <= {kind.__name__ for kind in ALL}
    assert len(LEAVES) >= 30


def test_every_leaf_has_a_code_of_its_own() -> None:
    codes: dict[str, str] = {}
    for kind in LEAVES:
        other = codes.setdefault(kind.code, kind.__name__)
        assert other == kind.__name__, f"{kind.__name__} and {other} share the code {kind.code}"


def test_codes_are_words() -> None:
    for kind in ALL:
        assert kind.code
        assert set(kind.code) <= set("abcdefghijklmnopqrstuvwxyz_"), kind.__name__


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence_and_a_status(kind: type[CanopyError]) -> None:
    # `__dict__`: a docstring that is inherited would say the parent's sentence.
    assert kind.__dict__.get("__doc__")
    sentence = kind().sentence
    assert sentence == str(kind())
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert 400 <= kind.status <= 599


def test_blame_and_status_agree() -> None:
    for kind in ALL:
        if issubclass(kind, TheirFault):
            assert 400 <= kind.status < 500, kind.__name__
        if issubclass(kind, OurFault):
            assert kind.status >= 500, kind.__name__
    assert [kind for kind in LEAVES if not issubclass(kind, (TheirFault, OurFault))] == []


def test_what_ends_a_start_has_an_exit_code() -> None:
    for kind in _tree(StartFailed):
        assert issubclass(kind, StartFailed)
        assert kind.exit_code in {1, 2, 5}, kind.__name__
    assert {kind.__name__ for kind in _tree(StartFailed) if getattr(kind, "exit_code", 0) == 5} == {
        "AlreadyRunning",
        "PortTaken",
    }


def test_only_what_passes_is_retryable() -> None:
    for kind in ALL:
        assert not kind.retryable or kind.status in {429, 503}, kind.__name__


def test_the_raiser_may_say_more() -> None:
    error = Conflict("The name is taken.", code="handle_taken", name="bob")
    assert (error.sentence, error.actual_code, error.details) == ("The name is taken.", "handle_taken", {"name": "bob"})
    assert (error.code, error.status) == ("conflict", 409)
    assert NotFound().actual_code == "not_found"
    assert NotFound("").sentence == errors.NotFound.__doc__
