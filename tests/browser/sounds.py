"""What a fake microphone can be given to hear: noise, something like speech, and single short bursts."""

from __future__ import annotations

import math
import random
import struct
import wave
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

RATE = 48_000
FULL_SCALE = 32_767
SYLLABLE_SECONDS = 0.22
SOUNDING = 0.85
"""Of a syllable; the rest of it is a pause."""
PITCH_HERTZ = 120
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
"""Formants in hertz; after so many syllables one is left out, as between words."""
BANDWIDTHS = (80, 100, 140)
LOUDNESS = (1.0, 0.6, 0.3)


def write_sound(path: Path, samples: list[float]) -> Path:
    """A WAV file, 48 kHz mono, of samples between -1 and 1. A fake microphone plays it again and again."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *(round(FULL_SCALE * sample) for sample in samples)))
    return path


def noise(seconds: float, *, peak: float = 0.05) -> list[float]:
    """The hum of a room: steady, and less of it the higher it is."""
    luck = random.Random(1)
    level = 0.0
    samples = [level := 0.9 * level + luck.uniform(-0.1, 0.1) for _ in range(round(seconds * RATE))]
    return scaled(samples, peak)


def bursts(every_seconds: float, *, milliseconds: int = 50) -> list[float]:
    """Silence with one short tone in it, in the middle."""
    length = round(every_seconds * RATE)
    start, end = length // 2, length // 2 + milliseconds * RATE // 1000
    return [0.4 * math.sin(2 * math.pi * 440 * n / RATE) if start <= n < end else 0.0 for n in range(length)]


def speech(seconds: float, *, peak: float = 0.4) -> list[float]:
    """Something like a voice: pulses at the pitch of a man, whose tune goes up and down, through the formants of four vowels."""
    count = round(seconds * RATE)
    voices = [list(islice(_vowel(formants), count)) for formants in VOWELS]
    samples: list[float] = []
    for n in range(count):
        number, within = divmod(n / RATE / SYLLABLE_SECONDS, 1)
        vowel = int(number) % (len(VOWELS) + 1)
        pause = vowel == len(VOWELS) or within > SOUNDING
        samples.append(0.0 if pause else voices[vowel][n] * math.sin(math.pi * within / SOUNDING) ** 0.7)
    return scaled(samples, peak)


def scaled(samples: list[float], peak: float) -> list[float]:
    """As loud as that, and no louder."""
    loudest = max(map(abs, samples))
    return [peak * sample / loudest for sample in samples]


def _vowel(formants: tuple[int, int, int]) -> Iterator[float]:
    resonances = [_resonance(*one) for one in zip(formants, BANDWIDTHS, LOUDNESS, strict=True)]
    return (sum(resonance(pulse) for resonance in resonances) for pulse in _pulses())


def _pulses() -> Iterator[float]:
    """One for each closing of the vocal folds."""
    phase, n = 0.0, 0
    while True:
        seconds = n / RATE
        tune = 1 + 0.12 * math.sin(2 * math.pi * 0.7 * seconds) + 0.02 * math.sin(2 * math.pi * 5 * seconds)
        phase += PITCH_HERTZ * tune / RATE
        yield float(phase >= 1)
        phase %= 1
        n += 1


def _resonance(hertz: float, bandwidth: float, loudness: float) -> Callable[[float], float]:
    radius = math.exp(-math.pi * bandwidth / RATE)
    turn = 2 * radius * math.cos(2 * math.pi * hertz / RATE)
    before = [0.0, 0.0]

    def pass_on(sample: float) -> float:
        now = sample * (1 - radius) + turn * before[0] - radius * radius * before[1]
        before[:] = [now, before[0]]
        return loudness * now

    return pass_on
