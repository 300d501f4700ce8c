/** What may be missing before a value, by what the server says of those it dropped. */
import {expect, test} from 'vitest';
import type {OpcuaNode} from '../../../ingest/feeds/opcua-settings.ts';
import {Watched} from '../../../ingest/feeds/opcua-watched.ts';

const node: OpcuaNode = {node: 'ns=2;s=A', station: 'P1', parameter: 'torque', samplingMs: 1000};
const at = (second: number) => `2026-03-01T06:00:0${second}.000000Z`;

/** Values up to the first second are on the disk, and one stretch goes on. */
function watched(): Watched {
  const one = new Watched(node, undefined);
  one.came(at(1), 0, false);
  one.recorded(at(1), Date.parse(at(1)));
  return one;
}

test.each<[what: string, came: [at: string | null, overflows: boolean][], missingTo: string | null]>([
  ['nothing dropped', [[at(2), false]], null],
  ['values dropped before a reading', [[at(3), true]], at(3)],
  [
    'values dropped before one with a bad status',
    [
      [null, true],
      [at(4), false],
    ],
    at(4),
  ],
  [
    'a bad status, and nothing dropped',
    [
      [null, false],
      [at(4), false],
    ],
    null,
  ],
])('%s', (_what, values, missingTo) => {
  const one = watched();
  for (const [time, overflows] of values) one.came(time, 0, overflows);
  expect(one.missing?.to ?? null).toBe(missingTo);
});
