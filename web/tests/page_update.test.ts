/** A newer page: how this one learns of it, and that it is offered and never taken. */
import { beforeEach, expect, test } from 'vitest';
import { Gateway } from '../src/core/gateway';
import { PageUpdate } from '../src/ui/update/page_update.svelte';
import type { ShellWorker, WaitingWorker } from '../src/ui/update/shell_worker';
import { isInCall } from '../src/ui/voice/bar_state';
import { FakeClock, FakeServer } from './fakes';

class FakeShellWorker implements ShellWorker {
  checks = 0;
  takeovers = 0;
  #waiting: ((worker: WaitingWorker) => void) | null = null;

  start(waiting: (worker: WaitingWorker) => void): void {
    this.#waiting = waiting;
  }

  check(): void {
    this.checks += 1;
  }

  wait(build: string): void {
    this.#waiting?.({ build, takeOver: () => (this.takeovers += 1) });
  }
}

let server: FakeServer;
let worker: FakeShellWorker;
let gateway: Gateway;
let update: PageUpdate;

beforeEach(() => {
  server = new FakeServer();
  worker = new FakeShellWorker();
  gateway = new Gateway(server.environment(new FakeClock()));
  update = new PageUpdate({ gateway, worker, version: '0', build: 'one' });
  update.start();
  gateway.start();
});

test('a server of the same version has no newer page', () => {
  server.last.hello();
  expect(update.ready).toBe(false);
});

test('a server of another version has one; it can be put off until the next connection', () => {
  server.last.hello(1, '0.2');
  expect(update.ready).toBe(true);
  update.dismiss();
  expect(update.ready).toBe(false);
  gateway.reopen();
  server.last.hello(1, '0.2');
  expect(update.ready).toBe(true);
});

test('every connection has the browser look for a newer worker', () => {
  server.last.hello();
  gateway.reopen();
  server.last.hello();
  expect(worker.checks).toBe(2);
});

test('a worker of another build waits to be asked for', () => {
  worker.wait('two');
  expect([update.ready, worker.takeovers]).toEqual([true, 0]);
});

test('a worker of the build of this page may serve it', () => {
  worker.wait('one');
  expect([update.ready, worker.takeovers]).toEqual([false, 1]);
});

test.each([
  ['idle', false],
  ['joining', true],
  ['connected', true],
  ['reconnecting', true],
  ['disconnected', false],
  ['superseded', false],
] as const)('a call that is %s is in the way of a reload: %s', (state, inTheWay) => {
  expect(isInCall(state)).toBe(inTheWay);
});
