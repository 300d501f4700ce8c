// Opens a warehouse and does what it is told: a line of JSON on stdin each, answered by one on stdout.
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';

export type Order =
  /** Parts <first> and so on, as one file; `width`: so many characters more in each row, like those of no other. */
  | {do: 'load'; first: number; rows: number; width?: number}
  | {do: 'note'; n: number}
  | {do: 'count'; asOf?: number}
  /** From now on the clock shows so much more. */
  | {do: 'clock'; shiftMs: number}
  | {do: 'close'};

const [folder, memoryLimitMb] = process.argv.slice(2);
const answer = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
// Not on the disk that is full.
const files = mkdtempSync(join(process.env.SERVANT_FILES ?? tmpdir(), 'servant-'));
const warehouse = await Warehouse.open(folder, memoryLimitMb ? {memoryLimitMb: Number(memoryLimitMb)} : {});
answer({opened: true});
for await (const line of createInterface({input: process.stdin})) {
  try {
    answer(await obey(JSON.parse(line) as Order));
  } catch (error) {
    const {name, message, hint} = error as Error & {hint?: string};
    answer({refused: name, message: message.split('\n')[0], hint});
  }
}

async function obey(order: Order): Promise<object> {
  switch (order.do) {
    case 'load': {
      const path = join(files, 'parts.csv');
      const wide = (k: number) =>
        order.width
          ? String(k * 7919)
              .repeat(order.width / 5)
              .slice(0, order.width)
          : '';
      const ids = Array.from({length: order.rows}, (_, k) => `P${order.first + k},HX${wide(k)},L${order.first}`);
      writeFileSync(path, `part,product,lot\n${ids.join('\n')}\n`);
      const {status, batch, notices} = await warehouse.load(await planFile(path), linesOfRecords);
      return {status, batch, notices};
    }
    case 'note':
      return {seq: (await warehouse.append('note', {n: order.n})).seq};
    case 'count':
      return warehouse.read(order.asOf, session => session.row('select count(*) as parts from parts'));
    case 'clock':
      shiftClock(order.shiftMs);
      return {now: new Date().toISOString()};
    case 'close':
      await warehouse.close();
      return {closed: true};
  }
}

function shiftClock(shiftMs: number): void {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given: [] | [string | number | Date]) {
      if (given.length === 0) super(Real.now() + shiftMs);
      else super(given[0]);
    }
    static override now(): number {
      return Real.now() + shiftMs;
    }
  } as DateConstructor;
}
