/** The name of the push-to-talk key as a person knows it. */
import type { TalkKey } from '../../voice';
import { t } from '../i18n/translate';

export function talkKeyName(key: TalkKey): string {
  if (key.kind === 'pointer') return t('key.mouse', { button: key.button + 1 });
  return key.code
    .replace(/^(Key|Digit)/, '')
    .replace(/^Arrow/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
}
