/** The HTTP half of the protocol: typed requests, and problem+json turned into one kind of error. */
import { Emitter } from './emitter';
import type { Channel, Message, User, UserSettings } from './protocol.generated';

const TIMEOUT_MS = 15_000;

/** A failed request. `code` is the server's stable code, or `network` / `timeout` when no answer came; `message` is for a person. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number = 0,
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface InstanceInfo {
  id: string;
  name: string;
  version: string;
  protocol: number;
  needs_setup: boolean;
  registration_mode: 'invite' | 'open' | 'closed';
  voice_enabled: boolean;
  /** Where the instance offers its source. */
  source_url: string | null;
}

export interface LoginSession {
  id: string;
  device: string;
  created_at: string;
  last_seen_at: string;
  current: boolean;
}

export interface HistoryPage {
  messages: Message[];
  users: User[];
  has_before: boolean;
  has_after: boolean;
  /** The head of the channel's feed the page was read at. */
  seq: number;
}

export interface MembersPage {
  users: User[];
  seq: number;
  /** The `after` of the next page. */
  next: string | null;
}

export interface ChannelsPage {
  channels: Channel[];
  /** The `after` of the next page. */
  next: string | null;
}

/** What can be said of a channel beside its kind. */
export type ChannelForm = Omit<Channel, 'id' | 'kind' | 'slug' | 'position'>;

/** Which page of history: the one before, after or around a seq; without any the newest. */
export type HistoryBound =
  { before: number } | { after: number } | { around: number } | Record<string, never>;

export interface SetupForm {
  secret: string;
  user_name: string;
  email?: string;
  password: string;
}

export interface RegistrationForm {
  user_name: string;
  email?: string;
  password: string;
  /** The secret of an invite link. */
  invite?: string;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface ApiEvents {
  /** Another user has logged in in this browser than the one this page speaks for. */
  otherUser: undefined;
}

export class Api {
  readonly events = new Emitter<ApiEvents>();
  /** For whom this page speaks, which every request says: the cookie may have become somebody else's. Null before that is known. */
  userId: string | null = null;
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  instance(): Promise<InstanceInfo> {
    return this.#request('GET', '/instance');
  }

  setUp(form: SetupForm): Promise<{ user: User }> {
    return this.#request('POST', '/setup', form);
  }

  logIn(login: string, password: string): Promise<{ user: User }> {
    return this.#request('POST', '/login', { login, password });
  }

  register(form: RegistrationForm): Promise<{ user: User }> {
    return this.#request('POST', '/register', form);
  }

  checkInvite(secret: string): Promise<void> {
    return this.#request('POST', '/register/check', { secret });
  }

  resetPassword(secret: string, password: string): Promise<{ user: User }> {
    return this.#request('POST', '/password-reset', { secret, password });
  }

  changeDisplayName(name: string): Promise<{ user: User; email: string | null }> {
    return this.#request('PATCH', '/me', { display_name: name });
  }

  /** What is left out stays. */
  changeSettings(change: Omit<UserSettings, 'rev'>): Promise<{ settings: UserSettings }> {
    return this.#request('PATCH', '/me/settings', change);
  }

  /** An empty address is none. */
  changeEmail(password: string, email: string): Promise<{ user: User; email: string | null }> {
    return this.#request('PUT', '/me/email', { current_password: password, email });
  }

  changePassword(current: string, password: string): Promise<{ user: User }> {
    return this.#request('PUT', '/me/password', { current_password: current, password });
  }

  /** For what only few pages ask, which have functions of their own: `admin_api.ts`. */
  request<R>(method: string, path: string, body?: object): Promise<R> {
    return this.#request(method, path, body);
  }

  logInByLink(secret: string): Promise<{ user: User }> {
    return this.#request('POST', '/login/link', { secret });
  }

  logOut(): Promise<void> {
    return this.#request('POST', '/logout', {});
  }

  me(): Promise<{ user: User; email: string | null }> {
    return this.#request('GET', '/me');
  }

  loginSessions(): Promise<{ login_sessions: LoginSession[] }> {
    return this.#request('GET', '/login-sessions');
  }

  endLoginSession(id: string): Promise<void> {
    return this.#request('DELETE', `/login-sessions/${id}`);
  }

  user(id: string): Promise<{ user: User }> {
    return this.#request('GET', `/users/${id}`);
  }

  members(channelId: string, after: string | null): Promise<MembersPage> {
    const query = new URLSearchParams({ limit: '200', ...(after === null ? {} : { after }) });
    return this.#request('GET', `/channels/${channelId}/members?${query.toString()}`);
  }

  channelsToJoin(kind: Channel['kind'], after: string | null): Promise<ChannelsPage> {
    const query = new URLSearchParams({ kind, ...(after === null ? {} : { after }) });
    return this.#request('GET', `/channels?${query.toString()}`);
  }

  createChannel(kind: Channel['kind'], form: ChannelForm): Promise<{ channel: Channel }> {
    return this.#request('POST', '/channels', { kind, ...form });
  }

  changeChannel(channelId: string, change: Partial<ChannelForm>): Promise<{ channel: Channel }> {
    return this.#request('PATCH', `/channels/${channelId}`, change);
  }

  /** Puts a channel before another of its kind; behind all of them without one. */
  moveChannel(channelId: string, before?: string): Promise<{ channel: Channel }> {
    return this.#request('PUT', `/channels/${channelId}/position`, before === undefined ? {} : { before });
  }

  deleteChannel(channelId: string): Promise<void> {
    return this.#request('DELETE', `/channels/${channelId}`);
  }

  joinChannel(channelId: string): Promise<{ channel: Channel }> {
    return this.#request('POST', `/channels/${channelId}/join`, {});
  }

  leaveChannel(channelId: string): Promise<void> {
    return this.#request('POST', `/channels/${channelId}/leave`, {});
  }

  addMember(channelId: string, userId: string): Promise<void> {
    return this.#request('PUT', `/channels/${channelId}/members/${userId}`, {});
  }

  removeMember(channelId: string, userId: string): Promise<void> {
    return this.#request('DELETE', `/channels/${channelId}/members/${userId}`);
  }

  postMessage(channelId: string, nonce: string, text: string): Promise<{ message: Message }> {
    return this.#request('POST', `/channels/${channelId}/messages`, { nonce, text });
  }

  editMessage(channelId: string, messageId: string, text: string): Promise<{ message: Message }> {
    return this.#request('PATCH', `/channels/${channelId}/messages/${messageId}`, { text });
  }

  /** Answers with what is left of it. */
  deleteMessage(channelId: string, messageId: string): Promise<{ message: Message }> {
    return this.#request('DELETE', `/channels/${channelId}/messages/${messageId}`);
  }

  history(channelId: string, bound: HistoryBound, limit: number): Promise<HistoryPage> {
    const query = new URLSearchParams({ limit: String(limit) });
    for (const [name, seq] of Object.entries(bound)) query.set(name, String(seq));
    return this.#request('GET', `/channels/${channelId}/messages?${query.toString()}`);
  }

  /** Also by a page that is being closed. */
  markRead(channelId: string, seq: number): Promise<{ read_seq: number }> {
    return this.#request('PUT', `/channels/${channelId}/read-state`, { seq }, true);
  }

  async #request<R>(method: string, path: string, body?: object, keepalive = false): Promise<R> {
    const { userId } = this;
    const response = await this.#send(method, path, body, keepalive);
    if (!response.ok) throw await this.#refusal(response, userId);
    if (response.status === 204) return undefined as R;
    try {
      return (await response.json()) as R;
    } catch (error) {
      throw noAnswer(error); // cut off, or the page of something that stands between
    }
  }

  async #send(method: string, path: string, body?: object, keepalive = false): Promise<Response> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers: Record<string, string> = {};
    const init: RequestInit = { method, headers, credentials: 'same-origin', signal, keepalive };
    if (this.userId !== null) headers['Cromulent-User'] = this.userId;
    if (method !== 'GET') {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(body ?? {});
    }
    try {
      return await this.#fetch(`/api/v1${path}`, init);
    } catch (error) {
      throw noAnswer(error);
    }
  }

  async #refusal(response: Response, userId: string | null): Promise<ApiError> {
    const error = await problem(response);
    if (error.code === 'other_user' && userId === this.userId) this.events.emit('otherUser', undefined);
    return error;
  }
}

function noAnswer(error: unknown): ApiError {
  const late = error instanceof DOMException && error.name === 'TimeoutError';
  if (late) return new ApiError('timeout', 'The server did not answer in time.');
  return new ApiError('network', 'The server cannot be reached.');
}

/** Reads an RFC 9457 problem; whatever stands between (a proxy's page) becomes `http_<status>`. */
async function problem(response: Response): Promise<ApiError> {
  const fallback = `The server answered ${response.status}.`;
  try {
    const body = (await response.json()) as {
      code?: string;
      detail?: string;
      title?: string;
      request_id?: string;
    };
    const code = body.code ?? `http_${response.status}`;
    return new ApiError(
      code,
      body.detail ?? body.title ?? fallback,
      response.status,
      body.request_id ?? null,
    );
  } catch {
    return new ApiError(`http_${response.status}`, fallback, response.status);
  }
}
