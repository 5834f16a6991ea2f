/** The sentences of the verdict: each code in the words of whom it concerns, and of the other end. */
import type { Reason, Text } from './reasons';
import type { Verdicts } from './verdicts';

/** Whose it is to mend, seen from outside the pair. */
export type Fault = 'speaker' | 'listener' | 'network' | 'instance';

type Words = Pick<Text, 'sentence' | 'remedy'>;

/** `you`: it is on the reader's side; `peer`: on that of the other end, called `{name}`; `neither`: between the two; `both` read the same. */
interface VerdictText {
  readonly you?: Words;
  readonly peer?: Words;
  readonly neither?: Words;
  readonly both?: Words;
  /** Worth a line in the voice bar, not only in the details. */
  readonly urgent?: true;
}

const TEXTS = {
  away: {
    you: {
      sentence: 'You have lost the connection to the server.',
      remedy: 'Nothing to do: it is tried again by itself.',
    },
    peer: {
      sentence: '{name} has lost the connection to the server.',
      remedy: 'It is tried again by itself on the other side.',
    },
  },
  page_asleep: {
    you: { sentence: 'Your page is asleep.', remedy: 'Keep its window in the front, or load it anew.' },
    peer: {
      sentence: "{name}'s page is asleep.",
      remedy: '{name} should bring its window to the front, or load it anew.',
    },
  },
  playback_blocked: {
    you: { sentence: 'The browser plays no sound before you click.', remedy: 'Choose Enable sound.' },
    peer: { sentence: "{name}'s browser blocks sound.", remedy: '{name} must click Enable sound.' },
    urgent: true,
  },
  mic_denied: {
    you: {
      sentence: 'Your browser may not use your microphone.',
      remedy: "Allow it in the browser's address bar, then choose Try again.",
    },
    peer: {
      sentence: "{name}'s browser may not use the microphone.",
      remedy: "{name} must allow it in the browser's address bar.",
    },
  },
  mic_insecure: {
    you: {
      sentence: 'Browsers give the microphone only to pages with HTTPS.',
      remedy: 'Open this page by its https:// address.',
    },
    peer: {
      sentence: '{name} has opened the page without HTTPS, so there is no microphone.',
      remedy: '{name} must open it by its https:// address.',
    },
  },
  mic_missing: {
    you: {
      sentence: 'No microphone was found on your computer.',
      remedy: 'Plug one in, or choose another one in the settings.',
    },
    peer: { sentence: '{name} has no microphone.', remedy: '{name} must plug one in.' },
  },
  mic_busy: {
    you: { sentence: 'Another program holds your microphone.', remedy: 'Close it, then choose Try again.' },
    peer: { sentence: "Another program holds {name}'s microphone.", remedy: '{name} must close it.' },
  },
  mic_opening: {
    you: { sentence: 'Your browser asks for the microphone.', remedy: 'Answer its question.' },
    peer: {
      sentence: "{name}'s browser asks for the microphone.",
      remedy: '{name} must answer its question.',
    },
  },
  relay_auth: {
    both: {
      sentence: 'The relay refuses the credentials this server hands out, so you and {name} cannot connect.',
      remedy: "Tell an administrator: the relay's secret is wrong or its clock is off.",
    },
  },
  udp_blocked: {
    you: {
      sentence: 'UDP is blocked on your network.',
      remedy: 'Try another network, or ask an administrator for a relay over TCP.',
    },
    peer: {
      sentence: "UDP is blocked on {name}'s network.",
      remedy: '{name} should try another network, or an administrator set up a relay over TCP.',
    },
    neither: {
      sentence: "UDP is blocked on your network and on {name}'s.",
      remedy: 'Try another network, or ask an administrator for a relay over TCP.',
    },
    urgent: true,
  },
  relay_closed: {
    both: {
      sentence: 'The relay of this server cannot be reached from outside.',
      remedy: 'Tell an administrator: port 3478 of the server, UDP and TCP, is closed.',
    },
    urgent: true,
  },
  relay_unreachable: {
    you: { sentence: 'Your network does not let you reach the relay.', remedy: 'Try another network.' },
    peer: {
      sentence: "{name}'s network does not reach the relay.",
      remedy: '{name} should try another network.',
    },
    urgent: true,
  },
  relay_mute: {
    both: {
      sentence: 'You and {name} both reach the relay, and it passes nothing between you.',
      remedy: 'Tell an administrator: their own test of the relay is on the page Administration.',
    },
    urgent: true,
  },
  nat_no_relay: {
    both: {
      sentence: 'This server has no relay, and the networks of you and {name} cannot connect directly.',
      remedy: 'Ask an administrator for a relay, or try another network.',
    },
    urgent: true,
  },
  hears_nobody: {
    you: {
      sentence: 'You hear nobody at the moment.',
      remedy: 'Check your network; if it stays so, leave and rejoin.',
    },
    peer: {
      sentence: '{name} hears nobody at the moment.',
      remedy: '{name} should check the network, or leave and rejoin.',
    },
    urgent: true,
  },
  heard_by_nobody: {
    you: {
      sentence: 'Nobody hears you at the moment.',
      remedy: 'Check your network; if it stays so, leave and rejoin.',
    },
    peer: {
      sentence: 'Nobody hears {name} at the moment.',
      remedy: '{name} should check the network, or leave and rejoin.',
    },
    urgent: true,
  },
  signals_lost: {
    both: {
      sentence: 'What you and {name} tell each other by way of the server does not arrive.',
      remedy: 'Leave and rejoin; if it happens again, tell an administrator.',
    },
    urgent: true,
  },
  no_answer: {
    you: { sentence: "Your page does not answer {name}'s.", remedy: 'Load the page anew, then rejoin.' },
    peer: {
      sentence: "{name}'s page does not answer.",
      remedy: '{name} should load the page anew, then rejoin.',
    },
  },
  mic_off: {
    you: { sentence: 'Your microphone is off.', remedy: 'Choose one in the settings, or rejoin.' },
    peer: {
      sentence: "{name}'s microphone is off.",
      remedy: '{name} should choose one in the settings, or rejoin.',
    },
  },
  listens_only: {
    you: { sentence: 'You only listen.', remedy: 'Choose Try again to get your microphone.' },
    peer: { sentence: '{name} only listens.', remedy: 'Nothing to do, if that is as it should be.' },
  },
  not_sending: {
    you: {
      sentence: 'Your page sends no sound to {name}.',
      remedy: 'Choose another microphone in the settings, or rejoin.',
    },
    peer: {
      sentence: "{name}'s page sends no sound.",
      remedy: '{name} should choose another microphone, or rejoin.',
    },
    urgent: true,
  },
  one_way: {
    both: {
      sentence: 'Sound passes in only one direction between you and {name}.',
      remedy: 'It is tried again by itself; if it stays so, one of you should try another network.',
    },
    urgent: true,
  },
  no_media: {
    both: {
      sentence: 'Between you and {name} sound is lost on the way.',
      remedy: 'It is tried again by itself; if it stays so, try another network.',
    },
  },
  trying_relay: {
    both: {
      sentence: 'You and {name} are being connected by way of the relay.',
      remedy: 'Nothing to do: it is tried by itself.',
    },
  },
  repairing: {
    both: {
      sentence: 'The connection between you and {name} is being repaired.',
      remedy: 'Nothing to do: it is done by itself.',
    },
  },
  connecting: {
    both: {
      sentence: 'You and {name} are being connected.',
      remedy: 'Nothing to do: it takes some seconds.',
    },
  },
  deafened: {
    you: { sentence: 'You are deafened, so you hear nobody.', remedy: 'Choose Undeafen.' },
    peer: {
      sentence: '{name} is deafened, and hears nobody.',
      remedy: 'Nothing to do, if that is as it should be.',
    },
  },
  muted_by_administrator: {
    you: { sentence: 'An administrator has muted you.', remedy: 'Ask an administrator.' },
    peer: {
      sentence: 'An administrator has muted {name}.',
      remedy: 'An administrator can un-mute {name} again.',
    },
  },
  muted: {
    you: { sentence: 'You are muted.', remedy: 'Choose Unmute.' },
    peer: { sentence: '{name} is muted.', remedy: 'Nothing to do, if that is as it should be.' },
  },
  mic_silent: {
    you: {
      sentence: 'Your microphone is silent.',
      remedy: 'Is its own switch off? If not, choose another one in the settings.',
    },
    peer: {
      sentence: "{name}'s microphone is silent.",
      remedy: '{name} should look at its switch, or choose another one.',
    },
    urgent: true,
  },
  mic_quiet: {
    you: {
      sentence: 'Your microphone is very quiet.',
      remedy: 'Come closer, or turn it up in the settings of the system.',
    },
    peer: {
      sentence: "{name}'s microphone is very quiet.",
      remedy: '{name} should come closer, or turn it up.',
    },
  },
  loses_packets: {
    you: {
      sentence: 'Your network loses much of the sound.',
      remedy: 'Use a cable instead of Wi-Fi, and stop large downloads.',
    },
    peer: {
      sentence: "{name}'s network loses much of the sound.",
      remedy: '{name} should use a cable instead of Wi-Fi.',
    },
    neither: {
      sentence: 'Much of the sound between you and {name} is lost.',
      remedy: 'A cable instead of Wi-Fi helps.',
    },
  },
  computer_busy: {
    you: {
      sentence: 'Your computer is too busy to send all your sound.',
      remedy: 'Close other programs and tabs.',
    },
    peer: {
      sentence: "{name}'s computer is too busy to send all the sound.",
      remedy: '{name} should close other programs and tabs.',
    },
  },
  slow: {
    both: {
      sentence: 'Sound between you and {name} is late.',
      remedy: 'Speak in turns; a relay closer to you would help.',
    },
  },
  uneven: {
    both: {
      sentence: 'The sound between you and {name} comes unevenly.',
      remedy: 'A cable instead of Wi-Fi helps.',
    },
  },
  relay_over_tcp: {
    you: {
      sentence: 'UDP is blocked on your network: the relay is used over TCP.',
      remedy: 'Nothing to do; another network may sound better.',
    },
    peer: {
      sentence: "UDP is blocked on {name}'s network: the relay is used over TCP.",
      remedy: 'Nothing to do; another network may sound better.',
    },
  },
} as const satisfies Record<string, VerdictText>;

export type VerdictCode = keyof typeof TEXTS;

export const VERDICT_CODES = Object.keys(TEXTS) as readonly VerdictCode[];

export interface Verdict extends Reason {
  readonly urgent: boolean;
}

/** Verdicts in words; one whose code this page does not know is left out: the server is newer. */
export function explain(verdicts: Verdicts, name: string): Verdict[] {
  const said = new Set<string>(); // one sentence may be true of both directions
  return verdicts.flatMap(({ code, side }) => {
    if (!Object.hasOwn(TEXTS, code)) return [];
    const text: VerdictText = TEXTS[code as VerdictCode];
    const words = text.both ?? text[side === 'you' || side === 'peer' ? side : 'neither'];
    if (!words) return [];
    const filled = (one: string) => one.replaceAll('{name}', name);
    const sentence = filled(words.sentence);
    if (said.has(sentence)) return [];
    said.add(sentence);
    return {
      code: code as VerdictCode,
      side,
      sentence,
      remedy: filled(words.remedy),
      urgent: text.urgent ?? false,
    };
  });
}

/** A verdict in the words for somebody who is at neither end of the pair. */
export interface ToldVerdict {
  readonly sentence: string;
  readonly remedy: string;
  /** Who is told so, where the words are for an end of the pair and say "you". */
  readonly toldTo: string | null;
}

/** Null for a code of a newer server. */
export function explainToOthers(
  { code, side }: { code: string; side: Fault },
  names: { speaker: string; listener: string },
): ToldVerdict | null {
  if (!Object.hasOwn(TEXTS, code)) return null;
  const text: VerdictText = TEXTS[code as VerdictCode];
  const mends = side === 'speaker' || side === 'listener';
  const words = text.both ?? (mends ? text.peer : text.neither);
  if (!words) return null;
  const name = side === 'listener' ? names.listener : names.speaker;
  const toldTo = words === text.peer ? null : side === 'listener' ? names.speaker : names.listener;
  const filled = (one: string) => one.replaceAll('{name}', name);
  return { sentence: filled(words.sentence), remedy: filled(words.remedy), toldTo };
}
