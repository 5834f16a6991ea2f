/** The HTTP half: what is sent, and every failure as one kind of error. */
import { expect, test } from 'vitest';
import { Api, type Fetch } from '../src/core/api';
import { deviceName } from '../src/core/device';

function apiAnswering(response: () => Promise<Response>): { api: Api; sent: Parameters<Fetch>[] } {
  const sent: Parameters<Fetch>[] = [];
  const api = new Api((...request) => {
    sent.push(request);
    return response();
  });
  return { api, sent };
}

test('unsafe requests are JSON, safe ones have no body', async () => {
  const { api, sent } = apiAnswering(() => Promise.resolve(Response.json({})));
  await api.logIn('ann', 'secret');
  await api.history('c', { before: 7 }, 50);
  expect(sent[0]?.[0]).toBe('/api/v1/login');
  expect(sent[0]?.[1]).toMatchObject({ method: 'POST', headers: { 'Content-Type': 'application/json' } });
  expect(sent[0]?.[1].body).toBe('{"login":"ann","password":"secret"}');
  expect(sent[1]?.[0]).toBe('/api/v1/channels/c/messages?limit=50&before=7');
  expect(sent[1]?.[1].body).toBeUndefined();
});

test('a problem keeps its code, its sentence and the id of the request', async () => {
  const body = {
    type: 'about:blank',
    title: 'Conflict',
    detail: 'Taken.',
    code: 'name_taken',
    request_id: 'r1',
  };
  const { api } = apiAnswering(() => Promise.resolve(Response.json(body, { status: 409 })));
  await expect(api.me()).rejects.toMatchObject({
    code: 'name_taken',
    message: 'Taken.',
    status: 409,
    requestId: 'r1',
  });
});

test('whatever stands between becomes an error too', async () => {
  const { api } = apiAnswering(() => Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502 })));
  await expect(api.me()).rejects.toMatchObject({ code: 'http_502', status: 502 });
});

test('no answer is a network error, a late one a time-out', async () => {
  const { api } = apiAnswering(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(api.me()).rejects.toMatchObject({ code: 'network', status: 0 });
  const late = apiAnswering(() => Promise.reject(new DOMException('late', 'TimeoutError')));
  await expect(late.api.me()).rejects.toMatchObject({ code: 'timeout' });
});

test('once it is known, every request says for whom the page speaks', async () => {
  const { api, sent } = apiAnswering(() => Promise.resolve(Response.json({})));
  await api.logIn('ann', 'secret');
  api.userId = 'u-ann';
  await api.me();
  await api.postMessage('c', 'n', 'hello');
  const stated = sent.map(([, { headers }]) => new Headers(headers).get('Cromulent-User'));
  expect(stated).toEqual([null, 'u-ann', 'u-ann']);
});

test('that another user has logged in is told, unless the page speaks for somebody else by now', async () => {
  const problem = { code: 'other_user', detail: 'Somebody else.' };
  const { api } = apiAnswering(() => Promise.resolve(Response.json(problem, { status: 401 })));
  let told = 0;
  api.events.on('otherUser', () => (told += 1));
  api.userId = 'u-ann';
  await expect(api.me()).rejects.toMatchObject({ code: 'other_user', status: 401 });
  expect(told).toBe(1);
  const late = api.me();
  api.userId = 'u-ben';
  await expect(late).rejects.toMatchObject({ code: 'other_user' });
  expect(told).toBe(1);
});

test('an answer without content is fine', async () => {
  const { api } = apiAnswering(() => Promise.resolve(new Response(null, { status: 204 })));
  await expect(api.logOut()).resolves.toBeUndefined();
});

test('an answer that is cut off, late or of somebody in between is as good as none', async () => {
  const page = apiAnswering(() => Promise.resolve(new Response('<h1>Pay for the network here</h1>')));
  await expect(page.api.me()).rejects.toMatchObject({ code: 'network', status: 0 });
  const cut = apiAnswering(() => Promise.resolve(failingWith(new TypeError('network error'))));
  await expect(cut.api.me()).rejects.toMatchObject({ code: 'network', status: 0 });
  const late = apiAnswering(() => Promise.resolve(failingWith(new DOMException('late', 'TimeoutError'))));
  await expect(late.api.me()).rejects.toMatchObject({ code: 'timeout' });
});

function failingWith(error: unknown): Response {
  return new Response(new ReadableStream({ start: (body) => body.error(error) }));
}

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36', 'Chrome on Linux'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Windows'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iOS',
  ],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0', 'Edge on Windows'],
  ['curl/8', 'Browser'],
])('a browser has a name: %s', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name);
});
