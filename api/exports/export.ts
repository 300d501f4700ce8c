import {Readable} from 'node:stream';
import {type Exported, type ExportQuestion, exportTable} from '../../warehouse/export-table.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import {FORMS, type FormName} from './forms.ts';

/** Exports that are being sorted and written at once; each takes the database's threads. */
const AT_ONCE = 2;
const WAITING_MAX = 32;

export interface Download {
  exported: Exported;
  mediaType: string;
  /** Made as it is read; when it ends or is destroyed, nothing of it stays on the disk. */
  bytes: Readable;
}

/** @throws NotFound, QuestionError; FishboneError OVERLOADED */
export async function download(app: App, table: string, form: FormName, question: ExportQuestion): Promise<Download> {
  const exported = await inTurn(app, () => exportTable(app.warehouse, table, question));
  const {mediaType, bytes} = FORMS[form];
  return {
    exported,
    mediaType,
    bytes: Readable.from(removedAfter(bytes(exported, app.warehouse, table), exported), {objectMode: false}),
  };
}

async function* removedAfter(bytes: AsyncIterable<Uint8Array>, exported: Exported): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } finally {
    await exported.remove();
  }
}

const queues = new WeakMap<App, {running: number; waiting: (() => void)[]}>();

/** How many exports wait for their turn. */
export const waitingExports = (app: App): number => queues.get(app)?.waiting.length ?? 0;

async function inTurn<T>(app: App, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(app) ?? {running: 0, waiting: []};
  queues.set(app, queue);
  if (queue.running >= AT_ONCE) {
    if (queue.waiting.length >= WAITING_MAX)
      throw new FishboneError('OVERLOADED', `${WAITING_MAX} exports are waiting already`, {
        hint: 'try again in a while',
      });
    await new Promise<void>(resolve => queue.waiting.push(resolve));
  } else queue.running++;
  try {
    return await work();
  } finally {
    const next = queue.waiting.shift();
    if (next) next();
    else queue.running--;
  }
}
