"""Whether the ICE servers that are handed out do what they are for: tried from here, as a browser would use them."""

from cromulent.probes.ice import IceReport, IceServersProbe, probe_servers
from cromulent.probes.outcome import Outcome, UrlProbe
from cromulent.probes.relay import probe_url, trusting_anybody

__all__ = [
    "IceReport",
    "IceServersProbe",
    "Outcome",
    "UrlProbe",
    "probe_servers",
    "probe_url",
    "trusting_anybody",
]
