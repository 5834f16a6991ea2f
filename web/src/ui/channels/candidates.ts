/** Who could be added to a channel: those who are not in it and whose name has what was typed. */
import type { User } from '../../core/protocol.generated';

const MAX_SHOWN = 6;

/** The first few by name; nobody while nothing is typed. */
export function candidatesFor(
  typed: string,
  users: Iterable<User>,
  members: ReadonlySet<string>,
): readonly User[] {
  const wanted = typed.trim().toLocaleLowerCase();
  if (wanted === '') return [];
  const has = (text: string): boolean => text.toLocaleLowerCase().includes(wanted);
  return [...users]
    .filter((user) => !members.has(user.id) && (has(user.display_name) || has(user.user_name)))
    .sort((a, b) => a.display_name.localeCompare(b.display_name))
    .slice(0, MAX_SHOWN);
}
