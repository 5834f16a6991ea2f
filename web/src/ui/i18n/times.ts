/** Instants as people read them, in the reader's own time zone and manner. */
import { t } from './translate';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const shortDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });
const longDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const DAY_MS = 86_400_000;

export function timeOf(at: number): string {
  return time.format(at);
}

/** "Today 10:24", "Yesterday 22:10", or the date. */
export function whenOf(at: number): string {
  const name = relativeDay(at);
  return name ? `${name} ${timeOf(at)}` : shortDate.format(at);
}

/** "14:05" for today, else the date too: what stands after "since". */
export function sinceOf(at: number): string {
  return isToday(at) ? timeOf(at) : shortDate.format(at);
}

export function fullTimeOf(at: number): string {
  return longDate.format(at);
}

/** The name of a day, for the line above its first message. */
export function dayOf(at: number): string {
  return relativeDay(at) ?? day.format(at);
}

function relativeDay(at: number): string | null {
  if (isToday(at)) return t('time.today');
  return new Date(at).toDateString() === new Date(Date.now() - DAY_MS).toDateString()
    ? t('time.yesterday')
    : null;
}

function isToday(at: number): boolean {
  return new Date(at).toDateString() === new Date().toDateString();
}
