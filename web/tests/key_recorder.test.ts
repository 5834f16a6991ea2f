/** Recording the key that talks: what is taken, what is refused and why, and a modifier that may be the beginning of more. */
import { expect, test } from 'vitest';
import { KeyRecorder } from '../src/ui/settings/key_recorder';

const press = (code: string, key = code) => ({ code, key });
const recorded = (code: string) => ({ kind: 'recorded', key: { kind: 'key', code } });
const refused = (why: string) => ({ kind: 'refused', why });

test.each(['Space', 'KeyT', 'F8', 'Numpad0', 'Enter'])('%s is taken as it goes down', (code) => {
  expect(new KeyRecorder().down(press(code))).toEqual(recorded(code));
});

test.each(['ControlLeft', 'ShiftRight', 'AltLeft', 'MetaLeft'])(
  '%s alone is taken as it comes up',
  (code) => {
    const recorder = new KeyRecorder();
    expect(recorder.down(press(code))).toBeNull();
    expect(recorder.up('KeyA')).toBeNull(); // of before
    expect(recorder.up(code)).toEqual(recorded(code));
  },
);

test('keys together are refused, and the next one alone is taken', () => {
  const recorder = new KeyRecorder();
  recorder.down(press('ControlLeft'));
  expect(recorder.down(press('KeyK'))).toEqual(refused('together'));
  expect(recorder.up('KeyK')).toBeNull();
  expect(recorder.up('ControlLeft')).toBeNull();
  expect(recorder.down(press('KeyK'))).toEqual(recorded('KeyK'));
});

test('AltGr, with which Windows presses Ctrl, is one key', () => {
  const recorder = new KeyRecorder();
  recorder.down(press('ControlLeft'));
  expect(recorder.down(press('AltRight', 'AltGraph'))).toBeNull();
  expect(recorder.up('ControlLeft')).toBeNull();
  expect(recorder.up('AltRight')).toEqual(recorded('AltRight'));
});

test('Escape cancels; Tab, the left button and keys without a name are refused', () => {
  const recorder = new KeyRecorder();
  expect(recorder.down(press('Escape'))).toEqual({ kind: 'cancelled' });
  expect(recorder.down(press('Tab'))).toEqual(refused('tab'));
  expect(recorder.down(press('', 'Unidentified'))).toEqual(refused('unknown'));
  expect(recorder.down(press('Unidentified'))).toEqual(refused('unknown'));
  expect(recorder.button(0)).toEqual(refused('left'));
});

test('every other mouse button is taken', () => {
  for (const button of [1, 2, 3, 4])
    expect(new KeyRecorder().button(button)).toEqual({ kind: 'recorded', key: { kind: 'pointer', button } });
});
