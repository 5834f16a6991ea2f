/** How to allow the microphone after it was denied, in the words and places of the browser at hand. */
import type { Reason } from './reasons';

export interface Browser {
  readonly userAgent: string;
  /** Fingers point at it: an iPad calls itself a Macintosh. */
  readonly touch: boolean;
}

const THEN = 'then choose Try again.';

/** All browsers of iOS and iPadOS ask and keep the answer the same way, so the system is looked at first. */
const WAYS: readonly (readonly [(browser: Browser) => boolean, string])[] = [
  [
    isApple('CriOS|EdgiOS|FxiOS'),
    `In the Settings app of your device open the entry of this browser and switch Microphone on; load this page anew, ${THEN}`,
  ],
  [
    isApple('Safari|AppleWebKit'),
    `Tap the button at the left end of the address bar, choose Website Settings and set Microphone to Allow; ${THEN}`,
  ],
  [
    says(/Android.*Firefox\//),
    `Tap the lock beside the address, then Microphone, and allow it there; ${THEN} If it is not there, allow Firefox the microphone in the settings of Android.`,
  ],
  [
    says(/Android/),
    `Tap the icon beside the address, open Permissions and allow Microphone; ${THEN} If it is not there, allow this browser the microphone in the settings of Android.`,
  ],
  [
    says(/Firefox\//),
    `Click the crossed-out microphone beside the address and remove "Blocked" there; ${THEN}`,
  ],
  [says(/Edg\//), `Click the lock beside the address, set Microphone to Allow, ${THEN}`],
  [says(/Chrome\//), `Click the icon at the left end of the address bar, switch Microphone on, ${THEN}`],
  [says(/Safari\//), `In the menu Safari choose Settings for this website, set Microphone to Allow, ${THEN}`],
];

const ANYWHERE = `Allow the microphone in the browser's address bar, ${THEN}`;

export function howToAllowMicrophone(browser: Browser): string {
  return WAYS.find(([applies]) => applies(browser))?.[1] ?? ANYWHERE;
}

/** The reason with the remedy of this browser, if the microphone was denied. */
export function withMicrophoneHelp(reason: Reason, help: string): Reason {
  return reason.code === 'mic_denied' ? { ...reason, remedy: help } : reason;
}

function says(pattern: RegExp): (browser: Browser) => boolean {
  return ({ userAgent }) => pattern.test(userAgent);
}

function isApple(names: string): (browser: Browser) => boolean {
  return ({ userAgent, touch }) => {
    const mobile = /iPhone|iPad|iPod/.test(userAgent) || (touch && userAgent.includes('Macintosh'));
    return mobile && new RegExp(names).test(userAgent);
  };
}
