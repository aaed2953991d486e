"""Hosts and paths as Go 1.24.12 takes them from a URL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.go_url import InvalidURLError, parse, split_host_port


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://reg.test", "reg.test", ""),
        ("http://reg.test/", "reg.test", "/"),
        ("https://REG.test:5000/Team", "REG.test:5000", "/Team"),
        ("https://user:p%40w@reg.test", "reg.test", ""),
        ("https://a@b@reg.test", "reg.test", ""),
        ("https://reg.test?x=/1", "reg.test", ""),
        ("https://reg.test/a?x#y", "reg.test", "/a"),
        ("https://reg.test/%74eam%2Fapp%3F", "reg.test", "/team/app?"),
        ("https://reg.test/[x] <y>", "reg.test", "/[x] <y>"),
        ("https://reg.test:", "reg.test:", ""),
        ("https://a:b:5000", "a:b:5000", ""),
        ("https:////reg.test", "", "//reg.test"),
        ("https://bücher.test/é", "bücher.test", "/é"),
        ("https://b%C3%BCcher.test", "bücher.test", ""),
        ("https://reg%25.test", "reg%.test", ""),
        ("https://reg.test/%ff", "reg.test", "/\udcff"),
        ("https://[::1]:5000", "[::1]:5000", ""),
        ("https://x[::1]", "[::1]", ""),
        ("https://[fe80::1%25eth%30]", "[fe80::1%eth0]", ""),
        ("https://[fe80::1%25a%20b]", "[fe80::1%a b]", ""),
        ("https://[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", ""),
        ("https://[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", ""),
        ("https://[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]", ""),
    ],
)
def test_host_and_path_are_taken(url: str, host: str, path: str) -> None:
    assert parse(url) == (host, path)


@pytest.mark.parametrize(
    "rest",
    [
        "reg .test",
        "reg.test\t",
        "reg.test/\x7f",
        "reg{1}.test",
        "reg%41.test",
        "reg%",
        "reg%4",
        "reg%zz",
        "reg.test/%",
        "reg.test#%zz",
        "reg.test:port",
        "reg.test:5000x",
        "reg.test:٣",
        "us er@reg.test",
        "ü@reg.test",
        "u%zz@reg.test",
        "[::1",
        "[::1]x",
        "[::1]:x",
        "[]",
        "[reg]",
        "[0-9]",
        "[1.2.3.4]",
        "[::1%25]",
        "[::1%25%C3]",
        "[::1%25%2F]",
        "[:::]",
        "[::1::]",
        "[1:2:3:4:5:6:7::8]",
        "[1:2:3:4:5:6:7]",
        "[12345::]",
        "[g::]",
        "[1:]",
        "[::1.2.3]",
        "[::1.2.3.256]",
        "[::1.2.3.04]",
        "[1.2.3.4::]",
        "[::1.2.3.٣]",
    ],
    ids=repr,
)
def test_a_url_is_refused_without_quoting_it(rest: str) -> None:
    with pytest.raises(InvalidURLError) as invalid:
        parse(f"https://{rest}")

    assert rest not in str(invalid.value)


@pytest.mark.parametrize(
    ("host", "parts"),
    [
        ("reg.test", None),
        ("reg.test:5000", ("reg.test", "5000")),
        ("reg.test:", ("reg.test", "")),
        ("a:b:5000", None),
        ("[::1]", None),
        ("[::1]:5000", ("::1", "5000")),
        ("[::1]x:5000", None),
        ("reg]:5000", None),
        ("", None),
    ],
)
def test_host_and_port_are_parted(host: str, parts: tuple[str, str] | None) -> None:
    assert split_host_port(host) == parts


@given(st.text(alphabet="a1:/@%?#[]*. \\é\udc80\ud800", max_size=25))
def test_any_text_is_parsed_or_refused(rest: str) -> None:
    try:
        host, path = parse(f"https://{rest}")
    except InvalidURLError:
        return
    assert "/" not in host
    assert path == "" or path.startswith("/")
