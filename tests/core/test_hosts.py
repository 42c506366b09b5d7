from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.hosts import address, is_kie_ai, is_private


@given(st.ip_addresses())
def test_an_address_is_private_as_the_registries_say(number):
    assert number == address(str(number))
    assert number.is_global != is_private(str(number))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "0177.1"])
def test_an_address_is_seen_however_it_is_spelled(host):
    assert "127.0.0.1" == str(address(host))
    assert is_private(host)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "nas", "tv.local", ""])
def test_a_name_of_the_own_network_is_private(host):
    assert address(host) is None
    assert is_private(host)


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "local.org", "8.8.8.8"])
def test_any_other_name_is_public(host):
    assert not is_private(host)


@given(st.text())
def test_any_text_is_judged_without_a_crash(text):
    assert address(text) is None or str(address(text))
    assert is_private(text) in {True, False}


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("kie.ai", True),
        ("cdn.kie.ai", True),
        ("kieai.redpandaai.co", True),
        ("notkie.ai", False),
        ("kie.ai.example.org", False),
        ("", False),
    ],
)
def test_the_hosts_of_kie_ai_are_known_with_all_below_them(host, known):
    assert known == is_kie_ai(host)
