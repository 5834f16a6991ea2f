/** Every reason a call or a link can fail for: one sentence for the person, one remedy, and whose side it is on. */

import type { VerdictCode } from './verdict_texts';

export type Side = 'you' | 'peer' | 'instance' | 'network';

export interface Text {
  readonly sentence: string;
  readonly remedy: string;
  readonly side: Side;
}

const RETRY_ALONE = 'Nothing to do: it is tried again by itself.';

const TEXTS = {
  mic_denied: {
    sentence: 'The browser may not use your microphone, so you can only listen.',
    remedy: "Allow the microphone in the browser's address bar, then choose Try again.",
    side: 'you',
  },
  mic_insecure: {
    sentence: 'Browsers give the microphone only to pages with HTTPS, so you can only listen.',
    remedy: 'Open this page by its https:// address, or ask the administrator to switch TLS on.',
    side: 'instance',
  },
  mic_missing: {
    sentence: 'No microphone was found, so you can only listen.',
    remedy: 'Plug one in, or choose another one in the settings; then choose Try again.',
    side: 'you',
  },
  mic_busy: {
    sentence: 'Your microphone is in use by another program, so you can only listen.',
    remedy: 'Close the other program, then choose Try again.',
    side: 'you',
  },
  already_in_channel: {
    sentence: 'You are already in a voice channel on another page.',
    remedy: 'Choose Move here to bring the call to this page.',
    side: 'you',
  },
  channel_full: {
    sentence: 'This voice channel is full.',
    remedy: 'Try again when somebody has left.',
    side: 'instance',
  },
  voice_disabled: {
    sentence: 'An administrator has switched voice off.',
    remedy: 'When it is on again, you can go back in here.',
    side: 'instance',
  },
  not_found: {
    sentence: 'This voice channel is no longer there for you.',
    remedy: 'Ask an administrator.',
    side: 'instance',
  },
  server_unreachable: {
    sentence: 'The server cannot be reached.',
    remedy: RETRY_ALONE,
    side: 'network',
  },
  connection_down: {
    sentence: 'Your connection is down.',
    remedy: 'Check your network; the call goes on as soon as it is back.',
    side: 'you',
  },
  join_failed: {
    sentence: 'The server could not let you in.',
    remedy: 'Choose Rejoin; if it happens again, tell an administrator.',
    side: 'instance',
  },
  away_too_long: {
    sentence: 'You were away for more than 15 minutes.',
    remedy: 'Choose Rejoin to go back in.',
    side: 'you',
  },
  page_reloaded: {
    sentence: 'You were in this channel before the page was reloaded.',
    remedy: 'Choose Rejoin to go back in.',
    side: 'you',
  },
  relay_auth: {
    sentence: 'The relay refuses the credentials this server hands out.',
    remedy: "Tell an administrator: the relay's secret is wrong or its clock is off.",
    side: 'instance',
  },
  relay_unreachable: {
    sentence: 'The relay cannot be reached.',
    remedy: 'Try another network, or tell an administrator.',
    side: 'network',
  },
  nat_no_relay: {
    sentence: 'No direct path was found, and this server has no relay.',
    remedy: 'Try another network, or ask an administrator for a relay.',
    side: 'network',
  },
  relay_only: {
    sentence: 'You go through a relay only, and this server has none.',
    remedy: 'Switch that off in the settings, or ask an administrator for a relay.',
    side: 'you',
  },
  udp_blocked: {
    sentence: 'Your network lets no voice traffic (UDP) through.',
    remedy: 'Try another network, or ask an administrator for a relay over TCP.',
    side: 'you',
  },
  no_path: {
    sentence: 'No path was found, though the relay answers here.',
    remedy: 'It is tried again by itself; if it stays so, the other side should try another network.',
    side: 'network',
  },
  no_media: {
    sentence: 'The connection stands, but no sound arrives.',
    remedy: 'The other side should check the microphone or rejoin.',
    side: 'peer',
  },
  no_answer: {
    sentence: 'The other page does not answer.',
    remedy: RETRY_ALONE,
    side: 'peer',
  },
  not_heard: {
    sentence: 'Your sound does not arrive at the other side.',
    remedy: 'It is tried again by itself; if it stays so, check your network.',
    side: 'network',
  },
  being_repaired: {
    sentence: 'Somebody cannot be heard at the moment.',
    remedy: 'Nothing to do: it is being repaired by itself.',
    side: 'network',
  },
  playback_blocked: {
    sentence: 'The browser plays no sound before you click.',
    remedy: 'Choose Enable sound.',
    side: 'you',
  },
  kicked: {
    sentence: 'An administrator has taken you out of this channel.',
    remedy: 'Ask an administrator.',
    side: 'instance',
  },
  membership_left: {
    sentence: 'You have left this channel.',
    remedy: 'Join it again to go back in.',
    side: 'you',
  },
  channel_deleted: {
    sentence: 'This channel was deleted.',
    remedy: 'Choose another channel.',
    side: 'instance',
  },
  superseded: {
    sentence: 'Your call was moved to another page.',
    remedy: 'Choose Move here to bring it back.',
    side: 'you',
  },
  ended_elsewhere: {
    sentence: 'Your call on another page has ended.',
    remedy: 'Choose Rejoin to go back in.',
    side: 'you',
  },
} as const satisfies Record<string, Text>;

export type ReasonCode = keyof typeof TEXTS;

export interface Reason extends Text {
  readonly code: ReasonCode | VerdictCode;
  readonly detail?: unknown;
}

/** The reason with its words; `sentence` replaces the general one where more is known. */
export function reasonOf(code: ReasonCode, detail?: unknown, sentence?: string): Reason {
  const text: Text = TEXTS[code];
  return { code, ...text, ...(sentence ? { sentence } : {}), ...(detail === undefined ? {} : { detail }) };
}

export function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(TEXTS, code);
}
