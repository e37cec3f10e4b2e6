"""Under which addresses peers may reach this node (protocol section 5, Reach)."""

import ipaddress

from canopy.mesh.view import Reach


def candidates(host: str, port: int, interfaces: list[str] | None = None) -> list[Reach]:
    """The addresses of a listener: one if it is bound to one, else all of this machine; loopback last and least."""
    if host not in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return [Reach(address=_url(host, port), kind=_kind(host))]
    found = [address for address in (addresses() if interfaces is None else interfaces) if _kind(address) == "lan"]
    if found:
        return [Reach(address=_url(address, port), kind="lan") for address in found]
    return [Reach(address=_url("127.0.0.1", port), kind="loopback")]


def addresses() -> list[str]:
    """The IPv4 addresses of this machine, those that others are likely to reach first."""
    import ifaddr  # noqa: PLC0415 - start-up time: first asked when somebody invites or announces

    found = [
        ip.ip
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str) and not ipaddress.ip_address(ip.ip).is_link_local
    ]
    return sorted(set(found), key=lambda address: (ipaddress.ip_address(address).is_private, address))


def host_of(address: str) -> str:
    """The host of `ws://host:port`, without brackets."""
    return address.partition("://")[2].rpartition(":")[0].strip("[]")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    return _kind(host) == "loopback"


def _kind(host: str) -> str:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    return "loopback" if loopback else "lan"


def _url(host: str, port: int) -> str:
    return f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"
