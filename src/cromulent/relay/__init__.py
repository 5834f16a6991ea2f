"""What browsers may ask the instance itself instead of a third party's server: their own address (STUN), and a relay (TURN).

The relay is a program of its own, `python -m cromulent.relay`: so that it is light, nothing of Cromulent is in it but the kernel.
"""

from cromulent.relay.allocations import Client
from cromulent.relay.counts import RelayCounts
from cromulent.relay.lines import LineLimits, RelayDatagrams, RelayLines, RelayStream
from cromulent.relay.orders import READY, Launch, Question, RelayTls, Report, Seated, as_line, read_report
from cromulent.relay.policy import REALM, RELAYED_ADDRESS, Lifetimes, RelayLimits
from cromulent.relay.relay import Relay
from cromulent.relay.rest_credentials import CREDENTIAL_LIFE_SECONDS, RestCredentials
from cromulent.relay.stun_message import answer_binding
from cromulent.relay.stun_server import StunLimits, StunProtocol, StunServer

__all__ = [
    "CREDENTIAL_LIFE_SECONDS",
    "READY",
    "REALM",
    "RELAYED_ADDRESS",
    "Client",
    "Launch",
    "Lifetimes",
    "LineLimits",
    "Question",
    "Relay",
    "RelayCounts",
    "RelayDatagrams",
    "RelayLimits",
    "RelayLines",
    "RelayStream",
    "RelayTls",
    "Report",
    "RestCredentials",
    "Seated",
    "StunLimits",
    "StunProtocol",
    "StunServer",
    "answer_binding",
    "as_line",
    "read_report",
]
