"""Whom a request is counted for, where proxies of ours stand in front."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final

IPV6_SITE_BITS: Final = 64
"""One household or server usually has a whole /64, so that is what counts as one address."""


def client_address(peer: str, forwarded_for: Sequence[str], trusted_proxies: int) -> str:
    """Whom a connection is counted for.

    Each of our proxies appends the address that it was called from to `X-Forwarded-For`; what a client wrote there
    itself stands further left and is not believed.
    """
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    told = hops[-trusted_proxies] if 0 < trusted_proxies <= len(hops) else peer
    return _site(told, otherwise=peer)


def _site(address: str, otherwise: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return otherwise
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> IPV6_SITE_BITS << IPV6_SITE_BITS)}/{IPV6_SITE_BITS}"
