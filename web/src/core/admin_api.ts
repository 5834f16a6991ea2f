/** What only administrators ask for; loaded with their page. */
import type { Api } from './api';
import type { Instance, User } from './protocol.generated';

export interface AdministeredUser extends User {
  created_at: string;
  disabled: boolean;
}

export interface Invite {
  id: string;
  created_by: string;
  created_at: string;
  expires_at: string | null;
  max_uses: number | null;
  uses: number;
  revoked_at: string | null;
}

export interface Arrival {
  user: User;
  joined_at: string;
}

export interface AuditEntry {
  number: number;
  happened_at: string;
  /** Null is the operator, by the command line. */
  actor_id: string | null;
  action: string;
  subject_id: string | null;
  detail: Readonly<Record<string, string>>;
}

/** Why the sound of one participant does not come to another, or not well; `side` is whose it is to mend. */
export interface Trouble {
  speaker_id: string;
  listener_id: string;
  code: string;
  side: 'speaker' | 'listener' | 'network' | 'instance';
}

export interface Call {
  channel_id: string;
  participants: readonly { participant_id: string; user: User }[];
  troubles: readonly Trouble[];
}

/** Who gives the ICE servers; `failing` is null while they do. */
export interface IceHealth {
  provider: string;
  failing: { since: string; reason: string } | null;
}

/** What came of trying every ICE server. */
export interface IceCheck {
  works: boolean;
  sentence: string;
  urls: readonly { url: string; outcome: string; said: string }[];
}

/** Null is no end: in time, or in number. */
export interface InviteTerms {
  expires_in_seconds: number | null;
  max_uses: number | null;
}

export class AdminApi {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  users(after: string | null): Promise<{ users: AdministeredUser[]; next: string | null }> {
    return this.#api.request('GET', `/admin/users${query({ after })}`);
  }

  changeUser(
    id: string,
    change: Partial<Pick<AdministeredUser, 'role' | 'disabled'>>,
  ): Promise<{ user: AdministeredUser }> {
    return this.#api.request('PATCH', `/admin/users/${id}`, change);
  }

  makeResetLink(id: string): Promise<{ secret: string; expires_at: string }> {
    return this.#api.request('POST', `/admin/users/${id}/reset-link`, {});
  }

  invites(before: string | null): Promise<{ invites: Invite[]; next: string | null }> {
    return this.#api.request('GET', `/admin/invites${query({ before })}`);
  }

  createInvite(terms: InviteTerms): Promise<{ invite: Invite; secret: string }> {
    return this.#api.request('POST', '/admin/invites', terms);
  }

  revokeInvite(id: string): Promise<void> {
    return this.#api.request('DELETE', `/admin/invites/${id}`);
  }

  arrivals(inviteId: string, after: string | null): Promise<{ arrivals: Arrival[]; next: string | null }> {
    return this.#api.request('GET', `/admin/invites/${inviteId}/users${query({ after })}`);
  }

  changeSettings(change: Partial<Instance>): Promise<{ instance: Instance }> {
    return this.#api.request('PATCH', '/admin/settings', change);
  }

  calls(): Promise<{ calls: Call[] }> {
    return this.#api.request('GET', '/admin/calls');
  }

  iceHealth(): Promise<IceHealth> {
    return this.#api.request('GET', '/admin/ice-servers');
  }

  checkIceServers(): Promise<IceCheck> {
    return this.#api.request('POST', '/admin/ice-servers/check', {});
  }

  auditLog(before: number | null): Promise<{ entries: AuditEntry[]; users: User[]; next: number | null }> {
    return this.#api.request('GET', `/admin/audit-log${query({ before })}`);
  }
}

function query(values: Record<string, string | number | null>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null);
  return given.length === 0 ? '' : `?${given.map(([name, value]) => `${name}=${value}`).join('&')}`;
}
