/** What a check says: one sentence for each thing it can find, and what to do about it. */

export type Mark = 'good' | 'warning' | 'bad' | 'none';

export interface CheckText {
  readonly mark: Mark;
  /** Names in braces are filled in. */
  readonly sentence: string;
  readonly remedy?: string;
}

const OTHER_NETWORK = 'Try another network, or ask an administrator.';
const TELL_ADMINISTRATOR =
  'Tell an administrator: their own test of the relay is on the page Administration.';

const TEXTS = {
  server_answers: { mark: 'good', sentence: 'The server answers in {ms} ms.' },
  server_slow: {
    mark: 'warning',
    sentence: 'The server takes {ms} ms to answer.',
    remedy: 'Calls take longer to begin. A cable instead of Wi-Fi may help.',
  },
  server_unreachable: {
    mark: 'bad',
    sentence: 'The server cannot be reached.',
    remedy: 'Check your network, then check again.',
  },
  server_refused: {
    mark: 'bad',
    sentence: 'The server gives no addresses for calls.',
    remedy: 'Check again; if it stays so, tell an administrator.',
  },
  voice_disabled: {
    mark: 'bad',
    sentence: 'An administrator has switched voice off.',
    remedy: 'Calls are possible again when it is on.',
  },
  browser_cannot: {
    mark: 'bad',
    sentence: 'This browser cannot make calls: it has no WebRTC, or it is switched off.',
    remedy: 'Use a current Firefox, Chrome, Edge or Safari, and switch off add-ons that block WebRTC.',
  },
  mic_works: { mark: 'good', sentence: 'Your microphone works. Its loudest was {dbfs} dBFS.' },
  mic_quiet: {
    mark: 'warning',
    sentence: 'Your microphone is on, but it was quiet: its loudest was {dbfs} dBFS.',
    remedy: 'If you did say something: go closer to it, or turn it up in the settings of your system.',
  },
  mic_silent: {
    mark: 'bad',
    sentence: 'Your microphone is on, and nothing at all comes from it.',
    remedy: 'Is its own switch off? Else choose another one in the settings.',
  },
  mic_denied: {
    mark: 'bad',
    sentence: 'The browser may not use your microphone, so you could only listen.',
    remedy: "Allow the microphone in the browser's address bar, then check again.",
  },
  mic_insecure: {
    mark: 'bad',
    sentence: 'Browsers give the microphone only to pages with HTTPS, so you could only listen.',
    remedy: 'Open this page by its https:// address, or ask the administrator to switch TLS on.',
  },
  mic_missing: {
    mark: 'bad',
    sentence: 'No microphone was found, so you could only listen.',
    remedy: 'Plug one in, or choose another one in the settings; then check again.',
  },
  mic_busy: {
    mark: 'bad',
    sentence: 'Your microphone is in use by another program, so you could only listen.',
    remedy: 'Close the other program, then check again.',
  },
  mic_unanswered: {
    mark: 'bad',
    sentence: 'The browser asks whether your microphone may be used, and nobody has answered.',
    remedy: "Answer the browser's question, then check again.",
  },
  nat_none: { mark: 'good', sentence: 'STUN answers, and sees the address this computer has itself.' },
  nat_steady: {
    mark: 'good',
    sentence: 'STUN answers. Your router shows the same port to everybody, so direct paths can be found.',
  },
  nat_varying: {
    mark: 'warning',
    sentence: 'STUN answers. Your router shows another port to everybody (symmetric NAT).',
    remedy: 'Nothing to do while the relay works: it takes over where there is no direct path.',
  },
  nat_unknown: {
    mark: 'good',
    sentence: 'STUN answers, from behind a router. One server alone cannot tell of which kind.',
  },
  stun_silent: {
    mark: 'warning',
    sentence: 'STUN does not answer: your network or the server lets no UDP through.',
    remedy: 'Nothing to do while the relay works by TCP or TLS.',
  },
  stun_unclear: {
    mark: 'none',
    sentence: 'STUN told nothing, though the relay is reached by UDP: the kind of your router stays unknown.',
  },
  stun_none_given: { mark: 'none', sentence: 'This server gives no STUN.' },
  relay_works: { mark: 'good', sentence: '{received} packets came back, none was lost, in {ms} ms.' },
  relay_loses: {
    mark: 'warning',
    sentence: '{received} packets came back, {percent} % were lost, in {ms} ms.',
    remedy: 'A cable instead of Wi-Fi may help, and fewer downloads.',
  },
  relay_slow: {
    mark: 'warning',
    sentence: '{received} packets came back, but it took {ms} ms.',
    remedy: 'A cable instead of Wi-Fi may help; else the relay is far away.',
  },
  relay_mute: {
    mark: 'bad',
    sentence: 'The relay answers, and passes nothing on.',
    remedy: TELL_ADMINISTRATOR,
  },
  relay_refused: {
    mark: 'bad',
    sentence: 'The relay refuses the credentials this server hands out.',
    remedy: "Tell an administrator: the relay's secret is wrong or its clock is off.",
  },
  relay_full: {
    mark: 'bad',
    sentence: 'The relay has no room left for you.',
    remedy: 'Close other pages that are in a call; if it stays so, tell an administrator.',
  },
  relay_unreachable: {
    mark: 'bad',
    sentence: 'The relay cannot be reached this way.',
    remedy: OTHER_NETWORK,
  },
  relay_none_given: { mark: 'none', sentence: 'This server gives no relay.' },
  loop_heard: { mark: 'good', sentence: 'Your voice went through the relay and came back.' },
  loop_quiet: {
    mark: 'warning',
    sentence: 'Nothing was loud enough to be heard.',
    remedy: 'Check again, and say something.',
  },
  loop_lost: {
    mark: 'bad',
    sentence: 'You were loud enough, and your voice did not come back.',
    remedy: 'Check again; if it stays so, tell an administrator.',
  },
  loop_blocked: {
    mark: 'warning',
    sentence: 'The browser plays no sound on this page.',
    remedy: "Allow sound for this page in the browser's settings.",
  },
  loop_no_microphone: { mark: 'none', sentence: 'Left out: there is no microphone.' },
  loop_no_relay: { mark: 'none', sentence: 'Left out: there is no relay that works.' },
} as const satisfies Record<string, CheckText>;

export type CheckCode = keyof typeof TEXTS;

export function textOf(code: CheckCode): CheckText {
  return TEXTS[code];
}

/** A sentence with its numbers. */
export function filledIn(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
