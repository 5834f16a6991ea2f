/** The composition root of the browser client: builds the parts, wires them, mounts the page. */
import { mount } from 'svelte';
import { Api } from './core/api';
import { Client } from './core/client';
import { browserClock } from './core/clock';
import { requestBrowserFrame } from './core/commit_schedule';
import { deviceName } from './core/device';
import { IndexedUnsentStore } from './core/indexed_unsent_store';
import { GATEWAY_POLICY } from './core/policy';
import { GatewaySignalling } from './core/signalling';
import { ownCalls } from './core/own_calls';
import { openBrowserSocket } from './core/socket';
import { BrowserTabs } from './core/tabs';
import App from './ui/App.svelte';
import { Model } from './ui/model.svelte';
import { Router } from './ui/router.svelte';
import { Session } from './ui/session';
import './ui/styles/tokens.css';
import './ui/styles/base.css';
import './ui/styles/prose.css';
import { ThemeChoice } from './ui/theme.svelte';
import { VoiceSession } from './ui/voice/voice_session.svelte';
import { version } from '../package.json';

const client = new Client({
  clock: browserClock,
  policy: GATEWAY_POLICY,
  client: { kind: 'web', device: deviceName(navigator.userAgent), version },
  openSocket: openBrowserSocket,
  requestFrame: requestBrowserFrame,
  api: new Api((input, init) => fetch(input, init)),
  unsent: new IndexedUnsentStore('indexedDB' in window),
  tabs: new BrowserTabs(navigator.locks, new BroadcastChannel('cromulent')),
  log: (line) => console.debug(line),
});
const signalling = new GatewaySignalling(client.gateway);
const names = {
  user: (id: string) => client.store.state.users.get(id)?.display_name ?? '–',
  channel: (id: string) => client.store.state.channels.get(id)?.name ?? '–',
};
const rosters = {
  ownCalls: () => ownCalls(client.store.state),
  onChange: (handler: () => void) => client.store.subscribe(handler),
};
const voice = new VoiceSession(async (userId) => {
  const { createBrowserVoice } = await import('./voice/browser');
  return createBrowserVoice({ signalling, clock: browserClock, userId, names, rosters });
});
const theme = new ThemeChoice();
const router = new Router();
const model = new Model({ client, router, theme, voice, clock: browserClock });
const session = new Session(model);

theme.apply();
router.listen();
window.addEventListener('online', () => client.gateway.nudge());
window.addEventListener('beforeunload', (event) => {
  if (client.wouldLose) event.preventDefault();
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') client.gateway.nudge();
});
client.gateway.events.on('ready', ({ user }) => void voice.prepare(user.id));
mount(App, { target: document.body.querySelector('#app')!, props: { model, session } });
session.begin();
