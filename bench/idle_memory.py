"""Memory: what one more connection costs the server while nothing happens on it."""

from __future__ import annotations

from bench.figures import Claim, Measured, Section
from bench.load import Posting
from bench.processes import resident_kilobytes
from bench.sitting import Sitting, open_receivers

FEW = 50
KILOBYTES = 30
NOTE = (
    f"The proportional set size of the server process with {FEW} identified connections and with all of them, the difference "
    "divided by their number; 1 kB is 1,000 bytes. *Opened a second* contains the upgrade, the identification and the snapshot."
)


def measure(sitting: Sitting) -> Section:
    """A fresh server for each round: few connections, then many, each live and having received one message."""
    rounds = [_one_round(sitting) for _ in range(sitting.scale.rounds)]
    each = Measured([kilobytes for kilobytes, _ in rounds])
    opening = Measured([per_second for _, per_second in rounds])
    return Section(
        "Memory of an idle connection",
        ("idle connections", "kB each", "opened a second"),
        [[f"{sitting.scale.idle:,}", each.shown(1), opening.shown()]],
        [Claim("memory of an idle connection", each.median, KILOBYTES, "kB", places=1, at_most=True)],
        (NOTE,),
    )


def _one_round(sitting: Sitting) -> tuple[float, float]:
    with sitting.instance() as instance, sitting.load() as load:
        places = instance.places()
        open_receivers(load, places, FEW)
        load.post(places[0], Posting(1, 1))
        before = resident_kilobytes(instance.pid)
        seconds = open_receivers(load, places, sitting.scale.idle)
        load.post(places[0], Posting(1, 1))
        after = resident_kilobytes(instance.pid)
        return (after - before) / sitting.scale.idle, sitting.scale.idle / seconds
