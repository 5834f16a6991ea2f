/** What the administration page says: of an invite, of an act. */
import { expect, test } from 'vitest';
import type { AuditEntry, Invite } from '../src/core/admin_api';
import { auditText } from '../src/ui/admin/audit_text';
import { endOf, stateOf, usesText } from '../src/ui/admin/invite_terms';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const invite: Invite = {
  id: 'i1',
  created_by: 'u1',
  created_at: '2026-01-01T11:00:00Z',
  expires_at: '2026-01-01T13:00:00Z',
  max_uses: 2,
  uses: 1,
  revoked_at: null,
};
const names = {
  user: (id: string) => ({ u1: 'Ann', u2: 'Ben' })[id],
  channel: (id: string) => ({ c1: 'plans' })[id],
};

function said(over: Partial<AuditEntry>): string {
  const entry = { number: 1, happened_at: '', actor_id: 'u1', subject_id: null, detail: {}, action: '' };
  return auditText({ ...entry, ...over }, names);
}

test('an invite is over by time, by number or by being revoked', () => {
  expect(endOf(invite, NOON)).toBeNull();
  expect(endOf(invite, NOON + 3_600_000)).toBe('expired');
  expect(endOf({ ...invite, uses: 2 }, NOON)).toBe('used up');
  expect(endOf({ ...invite, revoked_at: '2026-01-01T11:30:00Z' }, NOON)).toBe('revoked');
  expect(endOf({ ...invite, expires_at: null, max_uses: null, uses: 900 }, NOON + 1e12)).toBeNull();
});

test('its state says how many came, and until when', () => {
  expect(stateOf({ ...invite, uses: 2 }, NOON)).toBe('2 of 2 came · used up');
  expect(stateOf({ ...invite, expires_at: null, max_uses: null }, NOON)).toBe('1 came · no end');
  expect([usesText(1), usesText(5), usesText(null)]).toEqual(['1 person', '5 people', 'any number']);
});

test('an act is a sentence with names', () => {
  expect(said({ action: 'user_disabled', subject_id: 'u2' })).toBe('Ann disabled Ben.');
  expect(said({ action: 'role_changed', subject_id: 'u2', detail: { role: 'administrator' } })).toBe(
    'Ann gave Ben the role Administrator.',
  );
  expect(said({ action: 'reset_link_made', actor_id: null, subject_id: 'gone' })).toBe(
    'The operator made a reset link for somebody.',
  );
  expect(said({ action: 'administrator_created', subject_id: 'u1' })).toBe('Ann set this instance up.');
  expect(said({ action: 'settings_changed', detail: { registration_mode: 'open', name: 'x' } })).toBe(
    'Ann changed the settings: registration_mode = open, name = x.',
  );
  expect(said({ action: 'of_a_newer_server' })).toBe('Ann: of_a_newer_server');
});

test('a channel is named where its name may be known', () => {
  const added = { action: 'member_added', subject_id: 'u2' };
  expect(said({ ...added, detail: { channel_id: 'c1' } })).toBe('Ann added Ben to plans.');
  expect(said({ ...added, detail: { channel_id: 'c2' } })).toBe('Ann added Ben to a private channel.');
  expect(said({ action: 'channel_deleted', subject_id: 'c3', detail: { name: 'old' } })).toBe(
    'Ann deleted the channel old.',
  );
});
