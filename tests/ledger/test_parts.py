"""What the record knows of downloads that were cut off."""

from kie_cli.core.media import Leftover

LEFT = Leftover("/out/.\udcff.part", "https://a.test/1", '"v1"')


def test_a_part_comes_back_byte_for_byte_until_its_file_is_saved(ledger):
    assert ledger.leftover("t1", 1) is None
    ledger.growing("t1", 1, Leftover("/old", "", ""))
    ledger.growing("t1", 1, LEFT)
    ledger.growing("t1", 2, LEFT)
    assert LEFT == ledger.leftover("t1", 1)

    ledger.saved("t1", 1)
    assert ledger.leftover("t1", 1) is None
    assert LEFT == ledger.leftover("t1", 2)


def test_a_part_brings_the_hash_of_the_whole_along_where_it_is_known(ledger):
    ledger.growing("t1", 1, LEFT)
    ledger.saving("t1", 1, "/out/a.png", 3, "abc", LEFT.url)

    assert "abc" == ledger.leftover("t1", 1).sha256


def test_a_part_that_is_gone_is_forgotten(ledger):
    ledger.growing("t1", 1, LEFT)
    ledger.gone("t1", 1)
    ledger.gone("t1", 1)

    assert ledger.leftover("t1", 1) is None
