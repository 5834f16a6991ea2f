/** The service worker: hands the browser's events to the shell. It takes over when no other page is open, and never by itself. */
import type { BuildAnswer, Question } from './questions';
import { Shell, takeOver } from './shell';

declare const self: ServiceWorkerGlobalScope;
/** Both are written before this script by the build. */
declare const BUILD: string;
declare const FILES: readonly string[];

const shell = new Shell(
  {
    caches: self.caches,
    fetch: (request, init) => self.fetch(request as Request, init),
    after: (milliseconds, callback) => void self.setTimeout(callback, milliseconds),
  },
  { build: BUILD, files: FILES },
);

self.addEventListener('install', (event) => event.waitUntil(shell.fill()));
self.addEventListener('activate', (event) => event.waitUntil(shell.dropOthers()));
self.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request);
  if (answer) event.respondWith(answer);
});
self.addEventListener('message', (event) => {
  const { ask } = event.data as Question;
  if (ask === 'build') event.ports[0]?.postMessage({ build: BUILD } satisfies BuildAnswer);
  else event.waitUntil(takeOver({ clients: self.clients, skipWaiting: () => self.skipWaiting() }));
});
