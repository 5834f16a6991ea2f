"""The page's own figures in a real browser: first load, work at 200 messages a second, memory after 5,000, opening a channel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, CDPSession, Page

from bench.chromium import signed_in
from bench.figures import Claim, Measured, Section
from bench.instance import Instance
from bench.load import Load, Place, Posting
from bench.sitting import FULL, Sitting

PROBE = Path(__file__).with_name("page.js")
OTHER = "elsewhere"
"""The channel one goes to and comes back from."""
PER_SECOND = 200
WINDOW = 64
MOST_SCRIPT_KILOBYTES, MOST_STYLE_KILOBYTES = 90, 12
MOST_OPENING_MS, MOST_FRAME_MS = 100, 50
NOTE = (
    f"One page of headless Chromium (drawing without a graphics card) on the server's machine. *First load*: signed in, nothing cached; "
    f"bytes of scripts and styles as they were sent (gzip) until nothing more came; the median of {FULL.page.loads}. *Busy*: the processor "
    "time of the main thread against the time that passed, while plain texts of 80 characters came in. *Heap*: what "
    "JavaScript holds after a forced collection. *Opening*: from the click to the frame with the first message of a channel that has "
    f"been open before; the median of {2 * FULL.page.loads}."
)


@dataclass(frozen=True)
class FirstLoad:
    """Milliseconds since the navigation until one could write, and what was sent until nothing more came, in bytes."""

    composer_ms: float
    js: float
    css: float


class Watched(msgspec.Struct, frozen=True):
    """Milliseconds between frames, and of tasks over 50 ms."""

    frames_ms: list[float]
    long_ms: list[float]


class Busy(msgspec.Struct, frozen=True):
    """Seconds of processor time the main thread has used since the page began, and what its heap holds, in bytes."""

    TaskDuration: float
    ScriptDuration: float
    JSHeapUsedSize: float


@dataclass(frozen=True)
class Spent:
    """The processor time of the main thread, and that of its scripts, as a share of the time that passed."""

    tasks: float
    scripts: float


@dataclass(frozen=True)
class Round:
    """The figures of one fresh instance and one fresh page."""

    first_load: FirstLoad
    spent: Spent
    frames: Watched
    heap_before: float
    heap: float
    opening_ms: float


def measure(sitting: Sitting) -> Section:
    """Everything on one page, one after the other; anew for each round."""
    rounds = [_one_round(sitting) for _ in range(sitting.scale.rounds)]
    messages = sitting.scale.page.messages
    return Section(
        "The page",
        (
            "first load: scripts / styles, kB",
            "until one can write, ms",
            f"busy at {PER_SECOND} messages a second: tasks / scripts",
            "frames then: median / 99 % / longest, ms",
            f"heap before / after {messages:,} messages, MB",
            "opening a cached channel, ms",
        ),
        [_row(rounds)],
        _claims(rounds),
        (NOTE,),
    )


def _one_round(sitting: Sitting) -> Round:
    scale = sitting.scale
    with sitting.instance(pinned=False) as instance, sitting.load(awake=False) as load, sitting.chromium() as browser:
        ann = instance.sign_ins[0]
        at_ann, at_ben = instance.places()
        elsewhere = Place(at_ann.port, at_ann.token, instance.create_channel(OTHER))
        load.post(elsewhere, Posting(scale.page.messages // 50, WINDOW, pace="answered"))
        page = signed_in(browser, ann.link, PROBE)
        first_load = _first_load(browser, page, instance, scale.page.loads)
        thread = page.context.new_cdp_session(page)
        thread.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = _busy(thread)
        at_rate = round(PER_SECOND * scale.page.seconds)
        frames, spent = _watched(page, thread, load, at_ben, at_rate)
        load.post(at_ben, Posting(scale.page.messages - at_rate, WINDOW, pace="answered"))
        _wait_for_newest(page, instance, at_ben)
        after = _busy(thread)
        return Round(
            first_load,
            spent,
            frames,
            before.JSHeapUsedSize,
            after.JSHeapUsedSize,
            _opening(page, instance, scale.page.loads),
        )


def _first_load(browser: Browser, page: Page, instance: Instance, times: int) -> FirstLoad:
    """With the login of a page, but nothing else of it."""
    login = page.context.storage_state()
    loads: list[FirstLoad] = []
    for _ in range(times):
        context = browser.new_context(storage_state=login)
        context.add_init_script(path=PROBE)
        fresh = context.new_page()
        fresh.goto(instance.url)
        milliseconds = fresh.evaluate("__page.writable()")
        fresh.wait_for_load_state("networkidle")
        loads.append(FirstLoad(milliseconds, **fresh.evaluate("__page.sent()")))
        context.close()
    return sorted(loads, key=lambda load: load.composer_ms)[times // 2]


def _watched(page: Page, thread: CDPSession, load: Load, place: Place, messages: int) -> tuple[Watched, Spent]:
    page.evaluate("__page.watchFrames()")
    before = _busy(thread, collect=False)
    run = load.post(place, Posting(messages, WINDOW, PER_SECOND, pace="answered"))
    after = _busy(thread, collect=False)
    spent = Spent(
        (after.TaskDuration - before.TaskDuration) / run.seconds,
        (after.ScriptDuration - before.ScriptDuration) / run.seconds,
    )
    return msgspec.convert(page.evaluate("__page.stop()"), Watched), spent


def _busy(thread: CDPSession, *, collect: bool = True) -> Busy:
    """With what is garbage collected before, so that the heap is what is held."""
    if collect:
        thread.send("HeapProfiler.collectGarbage")
    metrics = thread.send("Performance.getMetrics")["metrics"]
    return msgspec.convert({metric["name"]: metric["value"] for metric in metrics}, Busy)


def _wait_for_newest(page: Page, instance: Instance, place: Place) -> None:
    page.locator(f"[data-key='{instance.newest_message(place)}']").wait_for()


def _opening(page: Page, instance: Instance, visits: int) -> float:
    """Milliseconds; both channels have been open before the first visit that counts."""
    channels = page.get_by_role("navigation", name="Text channels")
    home = instance.text_channel().name
    times: list[float] = []
    for visit in range(visits + 1):
        for name in (OTHER, home):
            page.evaluate("name => __page.opening(name)", name)
            channels.get_by_role("link", name=name).click()
            milliseconds = page.evaluate("__page.opened()")
            if visit > 0:
                times.append(milliseconds)
    return Measured(times).median


def _row(rounds: list[Round]) -> list[str]:
    first = rounds[0].first_load
    frames = [_frames(one.frames) for one in rounds]
    return [
        f"{first.js / 1000:.1f} / {first.css / 1000:.1f}",
        Measured([one.first_load.composer_ms for one in rounds]).shown(),
        f"{Measured([one.spent.tasks for one in rounds]).median:.0%} / {Measured([one.spent.scripts for one in rounds]).median:.0%}",
        " / ".join(Measured(values).shown() for values in zip(*frames, strict=True)),
        " / ".join(
            Measured([size / 1e6 for size in sizes]).shown(1)
            for sizes in ([one.heap_before for one in rounds], [one.heap for one in rounds])
        ),
        Measured([one.opening_ms for one in rounds]).shown(),
    ]


def _frames(watched: Watched) -> tuple[float, float, float]:
    """The median time between frames, what 99 of 100 are not longer than, and the longest."""
    times = sorted(watched.frames_ms)
    return times[len(times) // 2], times[len(times) * 99 // 100], times[-1]


def _claims(rounds: list[Round]) -> list[Claim]:
    first = rounds[0].first_load
    longest = Measured([_frames(one.frames)[2] for one in rounds])
    tasks = Measured([max(one.frames.long_ms, default=0) for one in rounds])
    return [
        Claim("scripts of the first load", first.js / 1000, MOST_SCRIPT_KILOBYTES, "kB", 1, at_most=True),
        Claim("styles of the first load", first.css / 1000, MOST_STYLE_KILOBYTES, "kB", 1, at_most=True),
        Claim(
            f"longest time between frames at {PER_SECOND} messages a second",
            longest.median,
            MOST_FRAME_MS,
            "ms",
            at_most=True,
            cause=f"the longest task of the main thread over 50 ms: {tasks.shown()} ms (0: none)",
        ),
        Claim(
            "opening a cached channel",
            Measured([one.opening_ms for one in rounds]).median,
            MOST_OPENING_MS,
            "ms",
            at_most=True,
        ),
    ]
