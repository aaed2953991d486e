"""URLs by the rules of Go 1.24.12, net/url: what is left of a registry key, or that it is no URL.

Only what the kubelet's keyring asks for: host and path of a text that begins with http:// or
https://. Scheme, user info, query and fragment are checked as Go does, and dropped.

Go versions differ for brackets in hosts: Go 1.24.6 and older took any text inside them, and Go 1.26
refuses text in front of them (url.go, parseHost).
"""

from __future__ import annotations

_DIGITS = frozenset("0123456789")
_HEX = _DIGITS | frozenset("abcdefABCDEF")
_BEYOND_ASCII = frozenset(map(chr, range(0x80, 0x100)))
_LETTERS = _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# url.go, shouldEscape, encodeHost: what a host may hold unescaped, beside bytes beyond ASCII
_HOST_ASCII = _LETTERS | frozenset("-_.~!$&'()*+,;=:[]<>\"")
_HOST = _HOST_ASCII | _BEYOND_ASCII
_HOST_ESCAPED = _BEYOND_ASCII | frozenset("%")
_ZONE_ESCAPED = _HOST_ASCII | frozenset("% ")
_USER_INFO = _LETTERS | frozenset("-._:~!$&'()*+,;=%@")
_CONTROL = frozenset(map(chr, range(0x20))) | frozenset("\x7f")
_ANY = frozenset(map(chr, range(0x100)))


class InvalidURLError(ValueError):
    """A text that Go cannot parse as a URL. The message quotes nothing of the text."""


def parse(url: str) -> tuple[str, str]:
    """Take host (with port, case kept) and %-decoded path from an http:// or https:// URL.

    Bytes that are not UTF-8 are lone surrogates ("surrogateescape"). Raises InvalidURLError.
    Source: url.go, Parse.
    """
    host, path = _parse(_octets(url))
    return _text(host), _text(path)


def split_host_port(host: str) -> tuple[str, str] | None:
    """Part host and port, without brackets (net/ipsock.go, SplitHostPort); None where Go fails."""
    name, colon, port = host.rpartition(":")
    if not colon:
        return None
    if name.startswith("["):
        name = name[1:]
        if not name.endswith("]"):
            return None
        name = name[:-1]
    elif ":" in name:
        return None
    return None if {"[", "]"} & {*name, *port} else (name, port)


def _parse(url: str) -> tuple[str, str]:
    url, _, fragment = url.partition("#")
    if not _CONTROL.isdisjoint(url):
        raise InvalidURLError("control character")
    authority, slash, path = url.partition("?")[0].partition("//")[2].partition("/")
    host = _authority(authority)
    path = _unescape(slash + path, _ANY)
    _unescape(fragment, _ANY)
    return host, path


def _authority(authority: str) -> str:
    """Check user info and host; give back the host (url.go, parseAuthority)."""
    user_info, _, host = authority.rpartition("@")
    host = _host(host)
    if not _USER_INFO.issuperset(user_info):
        raise InvalidURLError("character that user info may not hold")
    _unescape(user_info, _ANY)
    return host


def _host(host: str) -> str:
    """Check and decode host and port (url.go, parseHost)."""
    if "[" in host:
        return _bracketed(host[host.rindex("[") :])
    if ":" in host:
        _check_port(host.rpartition(":")[2])
    return _unescape_host(host)


def _bracketed(host: str) -> str:
    literal, bracket, port = host[1:].rpartition("]")
    if not bracket:
        raise InvalidURLError("[ without ]")
    if port:
        if port[0] != ":":
            raise InvalidURLError("text after ]")
        _check_port(port[1:])
    address, zone_mark, zone = literal.partition("%25")
    address = _unescape_host(address)
    if zone_mark:
        address += _unescape(_checked(zone_mark + zone), _ZONE_ESCAPED)
    if not _is_ipv6(address):
        raise InvalidURLError("text in brackets that is no IPv6 address")
    return f"[{address}]{port}"


def _check_port(port: str) -> None:
    if not _DIGITS.issuperset(port):
        raise InvalidURLError("port that is no number")


def _unescape_host(host: str) -> str:
    return _unescape(_checked(host), _HOST_ESCAPED)


def _checked(host: str) -> str:
    if not (_HOST | {"%"}).issuperset(host):
        raise InvalidURLError("character that no host may hold")
    return host


def _unescape(text: str, allowed: frozenset[str]) -> str:
    """Decode %XX; `allowed` tells what may come out of it (url.go, unescape)."""
    if "%" not in text:
        return text
    head, *parts = text.split("%")
    return head + "".join(_unescaped(part[:2], allowed) + part[2:] for part in parts)


def _unescaped(digits: str, allowed: frozenset[str]) -> str:
    if len(digits) != 2 or not _HEX.issuperset(digits):
        raise InvalidURLError("% without two hex digits")
    char = chr(int(digits, 16))
    if char not in allowed:
        raise InvalidURLError("%-escape that a host may not hold")
    return char


def _is_ipv6(address: str) -> bool:
    """Tell whether Go's netip.ParseAddr takes it as IPv6, with or without a zone."""
    address, percent, zone = address.partition("%")
    if percent and not zone:
        return False
    head, ellipsis, tail = address.partition("::")
    left, right = _groups(head, last=not ellipsis), _groups(tail, last=True)
    if left is None or right is None or tail.startswith(":"):
        return False
    return left + right <= 7 if ellipsis else left == 8


def _groups(text: str, *, last: bool) -> int | None:
    """Count the 16-bit groups of a part of an IPv6 address; None if one is wrong.

    Only the `last` part may end in an IPv4 address, which counts for two.
    """
    if not text:
        return 0
    *groups, end = text.split(":")
    if last and "." in end:
        return len(groups) + 2 if _is_ipv4(end) and all(map(_is_group, groups)) else None
    return len(groups) + 1 if all(map(_is_group, (*groups, end))) else None


def _is_group(text: str) -> bool:
    return 1 <= len(text) <= 4 and _HEX.issuperset(text)


def _is_ipv4(text: str) -> bool:
    octets = text.split(".")
    return len(octets) == 4 and all(map(_is_octet, octets))


def _is_octet(text: str) -> bool:
    if not 1 <= len(text) <= 3 or not _DIGITS.issuperset(text):
        return False
    return int(text) <= 255 and str(int(text)) == text


def _octets(text: str) -> str:
    """One character per byte of the UTF-8 text."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _text(octets: str) -> str:
    if octets.isascii():
        return octets
    return octets.encode("latin-1").decode("utf-8", "surrogateescape")
