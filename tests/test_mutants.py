"""What the list of mutants says of files, tests and breaks is still so."""

from tools import mutants

TARGETS = mutants.TARGETS["targets"]
EQUIVALENT = mutants.TARGETS["equivalent"]


def test_every_target_and_its_tests_exist():
    paths = {path for target, tests in TARGETS.items() for path in (target, *tests)}
    assert {path for path in paths if not (mutants.ROOT / path).exists()} == set()


def test_every_equivalent_is_a_mutant_of_a_target():
    paths = {name.split()[0] for name in EQUIVALENT}
    assert paths <= set(TARGETS)
    names = {mutant.name for path in paths for mutant in mutants.mutants_of(path)}
    assert set(EQUIVALENT) - names == set()
