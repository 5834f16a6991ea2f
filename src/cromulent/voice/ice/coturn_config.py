"""A coturn that relays for people in calls and for nothing else: its configuration file."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

Network = ipaddress.IPv4Network

SPECIAL_NETWORKS = tuple(
    map(
        Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
"""What no stranger's packet may be relayed to. Source: IANA's registry of special-purpose IPv4 addresses, and multicast."""
MAX_BYTES_A_SECOND = 64_000
"""Of one allocation, each way: some four times a voice with redundancy."""
ALLOCATIONS_A_USER = 60
"""A mesh of eight with three URLs makes about as many."""
ALLOCATIONS = 1_200
NONCE_SECONDS = 600
TLS_PORT = 5349
_REALM = re.compile(r"[A-Za-z0-9.-]{1,127}")
_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")
_PATH = re.compile(r"/[^\s#]+")


@dataclass(frozen=True, slots=True)
class CoturnSettings:
    """`address` is what people reach the relay at, `own_address` that of the machine where a router stands between (else the same).

    `lan` is a private network whose machines may be relayed to: for people in it who call each other without the internet.
    `certificate` and `private_key` are paths of PEM files coturn can read, both or none; with them `realm` is the host they name.
    """

    address: ipaddress.IPv4Address
    own_address: ipaddress.IPv4Address
    realm: str
    secret: str
    port: int = 3478
    tls_port: int = TLS_PORT
    certificate: str = ""
    private_key: str = ""
    lan: Network | None = None

    def check(self) -> None:
        """Raises ValueError, with a sentence for the operator: what stands in the file must not be able to add lines to it."""
        if not _REALM.fullmatch(self.realm) or not _SECRET.fullmatch(self.secret):
            raise ValueError("The realm is a name such as chat.example.org, the secret letters, digits, _ and -.")
        if bool(self.certificate) != bool(self.private_key):
            raise ValueError("A certificate needs its key: give both.")
        if not all(_PATH.fullmatch(path) for path in (self.certificate, self.private_key) if path):
            raise ValueError("Certificate and key are absolute paths without spaces.")
        if self.certificate and not _HOST.fullmatch(self.realm):
            raise ValueError("TURN over TLS is reached by the name in its certificate: --realm turn.example.org.")
        if self.tls_port == self.port or (self.tls_port != TLS_PORT and not self.certificate):
            raise ValueError(f"The port of TLS goes with a certificate, and is not {self.port}.")
        if any(self.address in network for network in SPECIAL_NETWORKS) and not self._in_lan():
            raise ValueError(
                f"{self.address} is not an address of the internet. Where people are in the same private network, name it: --lan."
            )

    def _in_lan(self) -> bool:
        return self.lan is not None and self.address in self.lan


def coturn_config(settings: CoturnSettings) -> str:
    """The whole `turnserver.conf`. Raises ValueError."""
    settings.check()
    translated = settings.address != settings.own_address
    external = f"{settings.address}/{settings.own_address}" if translated else str(settings.address)
    return "\n".join(
        [
            "# Whoever reads the secret can use the relay: this file is for coturn alone (mode 0600). coturn expands no variables.",
            "use-auth-secret",
            f"static-auth-secret={settings.secret}",
            f"realm={settings.realm}",
            "",
            "# One IPv4 address to relay from, and no IPv6 one: coturn 4.6 relays to written-around forms of IPv4 addresses.",
            f"listening-ip={settings.own_address}",
            f"relay-ip={settings.own_address}",
            f"external-ip={external}",
            f"listening-port={settings.port}",
            *_tls(settings),
            "",
            "fingerprint",
            "no-cli",
            "no-tcp-relay",
            "no-multicast-peers",
            f"stale-nonce={NONCE_SECONDS}",
            f"user-quota={ALLOCATIONS_A_USER}",
            f"total-quota={ALLOCATIONS}",
            f"max-bps={MAX_BYTES_A_SECOND}",
            "log-file=stdout",
            "simple-log",
            "",
            "# Nobody may use the relay to reach what is behind it.",
            *(f"denied-peer-ip={_range(network)}" for network in SPECIAL_NETWORKS),
            *_lan(settings),
            "",
        ]
    )


def _tls(settings: CoturnSettings) -> list[str]:
    if not settings.certificate:
        return ["no-tls", "no-dtls"]
    return [
        f"tls-listening-port={settings.tls_port}",
        f"cert={settings.certificate}",
        f"pkey={settings.private_key}",
        "no-tlsv1",
        "no-tlsv1_1",
        "no-dtls",
    ]


def _lan(settings: CoturnSettings) -> list[str]:
    if settings.lan is None:
        return []
    warning = "# LAN mode: whoever may join a call can reach every machine in this network through the relay."
    return ["", warning, f"allowed-peer-ip={_range(settings.lan)}"]


def _range(network: Network) -> str:
    return f"{network.network_address}-{network.broadcast_address}"
