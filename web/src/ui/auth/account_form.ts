/** What somebody writes who is to have an account. */

export interface AccountForm {
  name: string;
  email: string;
  password: string;
}

export const emptyAccount: AccountForm = { name: '', email: '', password: '' };

/** The account as the server wants it: blanks at the ends are slips, no e-mail is none at all. */
export function accountOf({ name, email, password }: AccountForm): {
  user_name: string;
  password: string;
  email?: string;
} {
  const mail = email.trim();
  return { user_name: name.trim(), password, ...(mail ? { email: mail } : {}) };
}
