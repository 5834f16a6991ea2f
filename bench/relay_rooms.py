"""Twenty people in five rooms through the server's own relay, on the server's one core: nothing lost, and the chat does not notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from bench.callers import people_in_rooms
from bench.figures import Claim, Measured, Section
from bench.instance import Instance
from bench.load import Load, Place, Posting, Run
from bench.relay_load import RelayLoad, RelayRun
from bench.sitting import Sitting, Stopwatch, open_receivers
from bench.turn_lines import TurnCredentials, connected_pairs

ROOMS, PEOPLE_IN_A_ROOM = 5, 4
PACKETS_EACH_WAY = 50
"""A second, from everybody to everybody else in the room: Opus in pieces of 20 ms."""
PER_SECOND = ROOMS * PEOPLE_IN_A_ROOM * (PEOPLE_IN_A_ROOM - 1) * PACKETS_EACH_WAY
RECEIVERS = 50
POSTS_PER_SECOND = 40
WARM_UP_POSTS = 20
MOST_DELAY = 1.25
"""How many times the usual delay is taken for noise."""
NOTE = (
    f"{ROOMS} voice channels with {PEOPLE_IN_A_ROOM} people each, who joined through the gateway. Each has an allocation for each "
    "of the others, as a browser has that gets no direct path, with the credentials the server gave, and sends "
    f"{PACKETS_EACH_WAY} packets of 100 bytes a second to each: {PER_SECOND:,} a second in all. "
    f"Beside it {POSTS_PER_SECOND} messages a second go to {RECEIVERS} receivers in a text channel. Server and relay "
    "share the first core; *busy* is the part of the time that both together had it."
)


@dataclass(frozen=True)
class Round:
    """The same messages while nobody talks and while all do, what became of the sound, and how much of the core was used (0 to 1)."""

    quiet: Run
    talking: Run
    sound: RelayRun
    busy_quiet: float
    busy_talking: float


def measure(sitting: Sitting) -> Section:
    """One server; messages alone and messages beside the calls, in turn."""
    with (
        sitting.instance_with_relay() as (instance, port),
        people_in_rooms(instance.port, _seats(instance)) as credentials,
        connected_pairs(port, _pairs(credentials)) as lines,
        sitting.relay_load(lines, awake=False) as relay_load,
        sitting.load(awake=False) as load,
    ):
        place = instance.places()[0]
        open_receivers(load, [place], RECEIVERS)
        load.post(place, Posting(WARM_UP_POSTS, 1))
        bench = _Bench(instance, load, place, relay_load, sitting.scale.relay_seconds)
        rounds = [bench.one_round() for _ in range(sitting.scale.rounds)]
    return _section(rounds)


def _seats(instance: Instance) -> list[tuple[str, str]]:
    """Everybody's token, and the room they are to be in."""
    rooms = [instance.create_voice_channel(f"Room {number}") for number in range(ROOMS)]
    known = [sign_in.token for sign_in in instance.sign_ins]
    tokens = known + instance.register(ROOMS * PEOPLE_IN_A_ROOM - len(known))
    return [(token, rooms[number // PEOPLE_IN_A_ROOM]) for number, token in enumerate(tokens)]


def _pairs(credentials: Sequence[TurnCredentials]) -> list[tuple[TurnCredentials, TurnCredentials]]:
    """Everybody with everybody else in their room."""
    rooms = [credentials[start : start + PEOPLE_IN_A_ROOM] for start in range(0, len(credentials), PEOPLE_IN_A_ROOM)]
    return [pair for room in rooms for pair in combinations(room, 2)]


@dataclass(frozen=True)
class _Bench:
    instance: Instance
    load: Load
    place: Place
    relay_load: RelayLoad
    seconds: float

    def one_round(self) -> Round:
        posting = Posting(max(round(self.seconds * POSTS_PER_SECOND), 2), 64, POSTS_PER_SECOND)
        watch = Stopwatch(self.instance.pid)
        watch.start()
        quiet = self.load.post(self.place, posting)
        busy_quiet = watch.used() / quiet.seconds
        watch.start()
        self.relay_load.begin_at_rate(self.seconds, PER_SECOND)
        talking = self.load.post(self.place, posting)
        sound = self.relay_load.ended()
        return Round(quiet, talking, sound, busy_quiet, watch.used() / max(talking.seconds, sound.seconds))


def _section(rounds: list[Round]) -> Section:
    quiet, talking = ([one.quiet for one in rounds], [one.talking for one in rounds])
    ratio = Measured([one.talking.p99_ms / one.quiet.p99_ms for one in rounds]).median
    return Section(
        "Twenty people through the relay",
        ("", "packets sent", "lost", "sound p50 / p99 ms", "busy", "messages p50 ms", "messages p99 ms"),
        [
            ["nobody talks", "0", "0", "", _busy([one.busy_quiet for one in rounds]), *_delays(quiet)],
            ["all talk", *_sound(rounds), _busy([one.busy_talking for one in rounds]), *_delays(talking)],
        ],
        [
            Claim("packets of twenty people in five rooms lost", _lost(rounds), 0, at_most=True),
            Claim("p99 delay of messages, twenty people talking against none", ratio, MOST_DELAY, "×", 2, at_most=True),
        ],
        (NOTE,),
    )


def _lost(rounds: list[Round]) -> int:
    return sum(one.sound.lost for one in rounds)


def _sound(rounds: list[Round]) -> list[str]:
    p50, p99 = (Measured([getattr(one.sound, name) / 1000 for one in rounds]).median for name in ("p50_us", "p99_us"))
    return [f"{sum(one.sound.sent for one in rounds):,}", str(_lost(rounds)), f"{p50:.2f} / {p99:.2f}"]


def _busy(parts: list[float]) -> str:
    return f"{Measured(parts).median:.0%}"


def _delays(runs: list[Run]) -> list[str]:
    return [Measured([run.p50_ms for run in runs]).shown(2), Measured([run.p99_ms for run in runs]).shown(2)]
