import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect, test} from 'vitest';
import {ingestFiles, planFile} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import {read} from '../../../ingest/readers/readers.ts';
import type {LoadPlan} from '../../../warehouse/load-plan.ts';
import {emptyWarehouse} from '../../warehouse/plant-in-a-folder.ts';
import {file, folder, refusal} from '../folder.ts';

/** Bodies of messages from the reference of IPC-CFX (Apache-2.0), which are not part of this repository. */
const SHARED = process.env.FISHBONE_SHARED ?? new URL('../../../../shared', import.meta.url).pathname;
const SAMPLES = join(SHARED, 'data/formats/cfx');
const present = existsSync(SAMPLES);
if (!present) console.warn(`NOT TESTED: the CFX samples are not at ${SAMPLES}; set FISHBONE_SHARED`);

const MESSAGES = readFileSync(new URL('cfx/one-a-line/input.ndjson', import.meta.url));
const envelope = (MessageName: string, MessageBody: unknown, n: number) => {
  const TimeStamp = new Date(1_709_600_000_000 + n * 1000).toISOString();
  return {MessageName, Version: '2.1', TimeStamp, UniqueID: `m${n}`, Source: 'A.B.C', MessageBody};
};

test.each([
  ['{"MessageName": "CFX.EndpointConnected", "MessageBody": {}}', 'not taken: messages CFX.EndpointConnected (1)'],
  ['{"MessageName": "CFX.Produ', 'line 1: not a whole JSON object: it may be cut off'],
  ['[\n\n{"MessageName": "CFX.Production.WorkStarted"}]', 'line 3: CFX.Production.WorkStarted without UniqueID'],
])('refuses what nothing can be made of: %s', async (text, why) => {
  expect(await refusal(path => read(path, {into: folder()}), file('m.json', text))).toBe(
    `m.json: is IPC-CFX of which nothing can be used: ${why}`,
  );
});

test('refuses a mapping, and text that is not UTF-8', async () => {
  const path = file('m.json', MESSAGES);
  expect(await refusal(json => planFile(json, {mapping: {tables: {}}}), path)).toBe(
    'm.json: is IPC-CFX, which says itself what its tables are: leave out --mapping',
  );
  const latin = Buffer.concat([MESSAGES, Buffer.from([0xe9, 0x0a])]);
  expect(await refusal(json => read(json, {into: folder()}), file('m.json', latin))).toBe(
    'm.json: is IPC-CFX, but not UTF-8 text: send it again as UTF-8',
  );
});

test('other JSON stays what it is', async () => {
  const {records} = await read(file('parts.json', '{"part":"P1","product":"CFX.1"}\n'));
  expect(records).toEqual({format: 'ndjson', path: records.path, columns: ['part', 'product']});
});

test('a message that is sent again changes nothing', async () => {
  const warehouse = await emptyWarehouse();
  try {
    const load = (plan: LoadPlan) => warehouse.load(plan, linesOfRecords);
    await ingestFiles(load, [file('one.ndjson', MESSAGES)]);
    // In other company, so that it is another file.
    const other = `${JSON.stringify(envelope('CFX.EndpointConnected', {}, 99))}\n${MESSAGES.toString('utf8')}`;
    const [receipt] = await ingestFiles(load, [file('two.ndjson', other)]);
    expect(receipt.tables.map(({accepted, conflicts}) => accepted + conflicts)).toEqual(receipt.tables.map(() => 0));
    expect(receipt.tables.reduce((sum, {duplicates}) => sum + duplicates, 0)).toBeGreaterThan(20);
  } finally {
    await warehouse.close();
  }
});

test.skipIf(!present)(
  'the samples of the standard, each in an envelope: what is taken, and what is named',
  async () => {
    const names = readdirSync(SAMPLES)
      .filter(name => !/^CFX\.(CFXEnvelope|Structures)/.test(name))
      .sort();
    const messages = names.map((name, n) =>
      envelope(
        basename(name).replace(/\.example\d+\.json$/, ''),
        JSON.parse(readFileSync(join(SAMPLES, name), 'utf8')),
        n,
      ),
    );
    const warehouse = await emptyWarehouse();
    try {
      const load = (plan: LoadPlan) => warehouse.load(plan, linesOfRecords);
      const [receipt] = await ingestFiles(load, [file('samples.json', JSON.stringify(messages, null, 1))]);
      const taken = Object.fromEntries(
        receipt.tables.map(({table, accepted, rejected}) => [table, [accepted, rejected]]),
      );
      // Counted in the samples by another program, which walks them; both units of a carrier bear the position 1
      // there, and three of four resistances came in Ohm with limits in kOhm.
      expect(taken).toEqual({
        inspections: [7, 0],
        defects: [3, 0],
        measurements: [28, 0],
        parameters: [15, 0],
        operations: [1, 0],
        movements: [3, 0],
        lots: [1, 0],
        genealogy: [2, 0],
      });
      expect(receipt.notices.join()).toContain('messages CFX.ResourcePerformance.ToolChanged (4)');
    } finally {
      await warehouse.close();
    }
  },
);
