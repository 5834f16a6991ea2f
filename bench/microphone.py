"""What the browser's fake microphone hears in the benchmarks: somebody who says short words, with silence between them."""

from __future__ import annotations

import math
from pathlib import Path

from tests.browser.sounds import RATE, write_sound

WORD_SECONDS, PAUSE_SECONDS = 0.6, 1.0
NOTE_SECONDS = 0.06
HERTZ = (220, 330, 494, 277, 415, 247, 370, 554, 311, 466)
"""One after the other: a tone that stays is a noise for the browser, which takes it out."""
PEAK = 0.4


def fake_microphone(folder: Path) -> str:
    """The argument that makes Chromium play it again and again; the file is written into `folder`."""
    silence = [0.0] * round(PAUSE_SECONDS * RATE)
    path = write_sound(folder / "words.wav", silence + _word())
    return f"--use-file-for-fake-audio-capture={path}"


def _word() -> list[float]:
    samples: list[float] = []
    phase = 0.0
    for n in range(round(WORD_SECONDS * RATE)):
        phase += HERTZ[int(n / RATE / NOTE_SECONDS)] / RATE
        samples.append(PEAK * math.sin(2 * math.pi * phase))
    return samples
