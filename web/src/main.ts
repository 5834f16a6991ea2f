/** The composition root of the browser client: builds the parts, wires them, mounts the page. */
import { mount } from 'svelte';
import { Api } from './core/api';
import { Client } from './core/client';
import { browserClock } from './core/clock';
import { requestBrowserFrame } from './core/commit_schedule';
import { deviceName } from './core/device';
import { IndexedUnsentStore } from './core/indexed_unsent_store';
import { OwnSettings } from './core/own_settings';
import { GATEWAY_POLICY } from './core/policy';
import { BrowserSettingsCache } from './core/settings_cache';
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
import { PageUpdate } from './ui/update/page_update.svelte';
import { BrowserShellWorker } from './ui/update/shell_worker';
import { VoiceSession } from './ui/voice/voice_session.svelte';
import { remembersCall } from './voice/remembered_call';
import { version } from '../package.json';

const tabs = new BrowserTabs(navigator.locks, new BroadcastChannel('cromulent'));
const client = new Client({
  clock: browserClock,
  policy: GATEWAY_POLICY,
  client: { kind: 'web', device: deviceName(navigator.userAgent), version },
  openSocket: openBrowserSocket,
  requestFrame: requestBrowserFrame,
  api: new Api((input, init) => fetch(input, init)),
  unsent: new IndexedUnsentStore('indexedDB' in window),
  tabs,
  log: (line) => console.debug(line),
});
const settings = new OwnSettings({
  save: async (change) => (await client.api.changeSettings(change)).settings,
  cache: new BrowserSettingsCache(() => localStorage),
  store: client.store,
  clock: browserClock,
  tabs,
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
  return createBrowserVoice({ signalling, clock: browserClock, userId, names, rosters, choices: settings });
});
const endedWithPageBefore = remembersCall(() => sessionStorage);
const theme = new ThemeChoice(settings);
const router = new Router();
const build = document.querySelector<HTMLMetaElement>('meta[name=build]')?.content ?? '';
const worker = new BrowserShellWorker(navigator.serviceWorker);
const update = new PageUpdate({ gateway: client.gateway, worker, version, build });
const model = new Model({ client, router, theme, voice, clock: browserClock, update });
const session = new Session(model, tabs);

theme.apply();
router.listen();
window.addEventListener('online', () => client.gateway.nudge());
window.addEventListener('beforeunload', (event) => {
  if (client.wouldLose) event.preventDefault();
});
window.addEventListener('pagehide', () => client.reading.hurry());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') client.gateway.nudge();
});
client.gateway.events.on('resumed', () => settings.hurry());
client.gateway.events.on('ready', () => settings.hurry());
// Before anybody reaches for it the engine is needed where a call of this user goes on elsewhere, or has just ended here.
client.store.subscribe(() => {
  const { user } = client.store.state;
  if (!user || voice.controller) return;
  if (endedWithPageBefore || rosters.ownCalls().length > 0) void voice.prepare(user.id);
});
mount(App, { target: document.body.querySelector('#app')!, props: { model, session } });
session.begin();
// The page's own files come first. Only what was built has a worker: the development server changes under the page.
if (build) window.addEventListener('load', () => update.start());
