/** Golden frames: what the server has promised to write, the client reads; what the client writes is what the server reads. */
import { expect, test } from 'vitest';
import { Gateway, type GatewayEvents } from '../src/core/gateway';
import type {
  Command,
  Dispatch,
  Hello,
  Identify,
  Ready,
  Reply,
  Resumed,
} from '../src/core/protocol.generated';
import { fromReady, fromResumed, reduce } from '../src/core/state';
import { FakeClock, FakeServer, ann, settle } from './fakes';
import clientFrames from '../../protocol/vectors/client_frames.json';
import dispatches from '../../protocol/vectors/dispatches.json';
import errors from '../../protocol/vectors/errors.json';
import replies from '../../protocol/vectors/replies.json';
import serverFrames from '../../protocol/vectors/server_frames.json';

interface Vector {
  name: string;
  type: string;
  text: string;
}

const all: Vector[] = [...clientFrames, ...dispatches, ...errors, ...replies, ...serverFrames];

function frames<F>(vectors: Vector[], type: string): F[] {
  const found = vectors.filter((vector) => vector.type === type).map(({ text }) => JSON.parse(text) as F);
  expect(found.length).toBeGreaterThan(0);
  return found;
}

function connected(): { gateway: Gateway; server: FakeServer; heard: (keyof GatewayEvents)[] } {
  const server = new FakeServer();
  const gateway = new Gateway(server.environment(new FakeClock()));
  const heard: (keyof GatewayEvents)[] = [];
  for (const name of ['ready', 'resumed', 'dispatch'] as const)
    gateway.events.on(name, () => heard.push(name));
  gateway.start();
  return { gateway, server, heard };
}

test.each(all.map(({ name, type, text }) => [type, name, text]))(
  '%s "%s" is read and written to the byte',
  (_t, _n, text) => {
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
  },
);

test('every opening of the server brings the client live', () => {
  const [hello] = frames<Hello>(serverFrames, 'Hello');
  for (const opening of [
    ...frames<Ready>(serverFrames, 'Ready'),
    ...frames<Resumed>(serverFrames, 'Resumed'),
  ]) {
    const { gateway, server, heard } = connected();
    server.last.say(hello!);
    server.last.say(opening);
    expect(gateway.state).toBe('live');
    expect(heard).toEqual([opening.op]);
  }
});

test('identify is written as the server reads it', () => {
  for (const { token: _, ...golden } of frames<Identify>(clientFrames, 'Identify')) {
    // A browser never knows its token: the cookie says who it is.
    if (golden.cursor !== undefined && golden.user_id === undefined) continue; // a page says whose cursor it is
    const server = new FakeServer();
    const gateway = new Gateway({ ...server.environment(new FakeClock()), client: golden.client });
    gateway.start();
    server.last.hello();
    if (golden.cursor !== undefined) {
      server.last.ready({}, golden.cursor, {}, { ...ann, id: golden.user_id ?? ann.id });
      gateway.reopen();
      server.last.hello();
    }
    expect(JSON.stringify(server.last.received[0])).toBe(JSON.stringify(golden));
  }
});

test('commands are written as the server reads them', () => {
  const { gateway, server } = connected();
  server.last.hello();
  server.last.ready();
  for (const golden of frames<Command>(clientFrames, 'Command')) {
    gateway.command(golden.t, golden.d).catch(() => undefined);
    const sent = server.last.received.at(-1) as Command;
    expect(JSON.stringify({ ...sent, ref: golden.ref })).toBe(JSON.stringify(golden));
  }
});

test('every reply settles its command: by its result, or by its code', async () => {
  for (const golden of [...frames<Reply>([...replies, ...errors, ...serverFrames], 'Reply')]) {
    const { gateway, server } = connected();
    server.last.hello();
    server.last.ready();
    const outcome = gateway.command('voice.room', {}).catch((error: unknown) => error);
    server.last.say({ ...golden, ref: server.last.command('voice.room').ref });
    await settle();
    if (golden.error) expect(await outcome).toMatchObject(golden.error);
    else expect(await outcome).toEqual(golden.d);
  }
});

test('every dispatch is applied to every state it may meet', () => {
  const ready = frames<Ready>(serverFrames, 'Ready').map(fromReady);
  const resumed = frames<Resumed>(serverFrames, 'Resumed').map((frame) => fromResumed(ready[0]!, frame));
  const changed = new Set<string>();
  for (const dispatch of frames<Dispatch>(dispatches, 'Dispatch')) {
    for (const state of [...ready, ...resumed]) {
      const after = reduce(state, dispatch, 0);
      expect(after.channels).toBeInstanceOf(Map);
      if (after !== state) changed.add(dispatch.t);
    }
  }
  expect([...changed].sort()).toEqual([
    'channel.updated',
    'instance.updated',
    'membership.added',
    'membership.removed',
    'message.posted',
    'presence.changed',
    'presence.settled',
    'read_state.updated',
    'typing.started',
    'user.created',
    'user.updated',
    'user_settings.updated',
    'voice.participant_joined',
    'voice.participant_left',
    'voice.participant_updated',
    'voice.room_settled',
  ]);
});
