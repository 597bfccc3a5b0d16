"""IP network functions. Terraform reads ``010.0.0.0`` in decimal; so do we."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from recoverable.readers.hcl.functions_signature import FunctionError, Table, integer, not_evaluated
from recoverable.readers.hcl.hcl_types import NUMBER, STRING, HclList

TABLE = Table()
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MOST_NEW_BITS = 32


_PREFIX = re.compile(r"(\d+(?:\.\d+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)/(\d+)", re.ASCII)


def _network(name: str, prefix: str) -> Network:
    match = _PREFIX.fullmatch(prefix)
    try:
        if match is None:
            raise ValueError
        address = match[1]
        if ":" not in address:
            address = ".".join(str(int(part)) for part in address.split("."))
        return ipaddress.ip_network(f"{address}/{int(match[2])}", strict=False)
    except ValueError:
        raise FunctionError(f"{name}: invalid CIDR expression: invalid CIDR address: {prefix}") from None


def _is_mapped(network: Network) -> bool:
    """IPv4 written as IPv6, which Terraform counts wrongly."""
    return isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped is not None


def _subnet(network: Network, length: int, number: int) -> Network:
    start = int(network.network_address) + (number << (network.max_prefixlen - length))
    return ipaddress.ip_network((start, length))


def _address(network: Network, offset: int) -> str:
    return str(network.network_address + offset)


@TABLE.add("cidrhost", STRING, NUMBER)
def _cidrhost(prefix: str, number: Any) -> Any:
    """A negative number counts from the end of the range."""
    network = _network("cidrhost", prefix)
    host = integer(number, "hostnum")
    if _is_mapped(network):
        return not_evaluated("cidrhost", f"the IPv4-mapped address {prefix}")
    if not -network.num_addresses <= host < network.num_addresses:
        raise FunctionError(f"cidrhost: prefix of {network.prefixlen} does not accommodate a host numbered {host}")
    return _address(network, host % network.num_addresses)


@TABLE.add("cidrnetmask", STRING)
def _cidrnetmask(prefix: str) -> str:
    network = _network("cidrnetmask", prefix)
    if network.version != 4:
        raise FunctionError("cidrnetmask: IPv6 addresses cannot have a netmask")
    return str(network.netmask)


@TABLE.add("cidrsubnet", STRING, NUMBER, NUMBER)
def _cidrsubnet(prefix: str, newbits: Any, netnum: Any) -> Any:
    network = _network("cidrsubnet", prefix)
    bits, number = integer(newbits, "newbits"), integer(netnum, "netnum")
    length = network.prefixlen + bits
    if bits < 0 or number < 0 or _is_mapped(network):
        return not_evaluated("cidrsubnet", "a negative number, or an IPv4-mapped address")
    if length > network.max_prefixlen:
        raise FunctionError(f"cidrsubnet: insufficient address space to extend prefix of {network.prefixlen} by {bits}")
    if number >= 1 << bits:
        raise FunctionError(f"cidrsubnet: prefix extension of {bits} does not accommodate a subnet numbered {number}")
    return str(_subnet(network, length, number))


@TABLE.add("cidrsubnets", STRING, rest=NUMBER)
def _cidrsubnets(prefix: str, *newbits: Any) -> Any:
    """Subnets one after another, each aligned to its own size."""
    network = _network("cidrsubnets", prefix)
    if _is_mapped(network):
        return not_evaluated("cidrsubnets", f"the IPv4-mapped address {prefix}")
    following = int(network.network_address)
    end = following + network.num_addresses
    found = []
    for value in newbits:
        bits = integer(value, "newbits")
        length = network.prefixlen + bits
        if not 1 <= bits <= _MOST_NEW_BITS or length > network.max_prefixlen:
            raise FunctionError(f"cidrsubnets: cannot extend prefix of {network.prefixlen} by {bits} bits")
        size = 1 << (network.max_prefixlen - length)
        following = -(-following // size) * size
        if following + size > end:
            raise FunctionError(f"cidrsubnets: not enough remaining address space for a prefix of {length}")
        found.append(str(ipaddress.ip_network((following, length))))
        following += size
    return HclList(found, STRING)
