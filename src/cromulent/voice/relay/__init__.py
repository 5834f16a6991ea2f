"""What browsers may ask the instance itself instead of a third party's server: today their own address (STUN)."""

from cromulent.voice.relay.stun_message import answer_binding
from cromulent.voice.relay.stun_server import StunLimits, StunProtocol, StunServer

__all__ = ["StunLimits", "StunProtocol", "StunServer", "answer_binding"]
