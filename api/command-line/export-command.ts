import {randomUUID} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {rename, rm} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {type Command, Option} from 'commander';
import type {Exported} from '../../warehouse/export-table.ts';
import {openApp} from '../app.ts';
import {warehouseFolder} from '../config.ts';
import {FishboneError} from '../errors.ts';
import {download} from '../exports/export.ts';
import {FORM_NAMES, type FormName} from '../exports/forms.ts';
import {splitList} from '../query-string.ts';
import {findServer} from '../running-server.ts';
import {counted} from './print/layout.ts';
import {type Common, type Terminal, wholeNumber, withCommon} from './terminal.ts';

interface Asked extends Common {
  format?: FormName;
  out?: string;
  columns?: string[];
  limit?: number;
  asOf?: number;
}

type Told = Pick<Exported, 'rows' | 'asOf' | 'truncated'>;

/** What can be read in a terminal. */
const READABLE: readonly FormName[] = ['csv', 'json'];

export function exportCommand(program: Command, terminal: Terminal): void {
  withCommon(program.command('export'))
    .argument('<table>', 'a canonical table, or the wide view of a step, such as step_bore')
    .addOption(new Option('--format <form>', 'by default what --out ends in, else csv').choices(FORM_NAMES))
    .option('--out <file>', 'into this file instead of stdout')
    .option('--columns <names>', 'these only, with commas', splitList)
    .option('--limit <rows>', 'at most so many', wholeNumber)
    .option('--as-of <batch>', 'as it was after this batch', wholeNumber)
    .description('writes the current rows of a table, of any number')
    .action(async (table: string, options: Asked) => {
      const {out, columns, limit, asOf} = options;
      const form = formOf(options);
      if (out === undefined && process.stdout.isTTY && !READABLE.includes(form))
        throw new FishboneError('USAGE', `${form} is not for reading in a terminal`, {
          hint: `write it into a file: --out ${table}.${form}`,
        });
      const folder = warehouseFolder(options.warehouse);
      const server = await findServer(folder);
      if (server) {
        const query = Object.entries({asOf, limit, columns: columns?.join(',')}).filter(
          ([, value]) => value !== undefined,
        );
        const path = `/v1/tables/${encodeURIComponent(`${table}.${form}`)}?${new URLSearchParams(query as [string, string][])}`;
        const response = await server.get(path);
        await write(response, out);
        const told = (name: string) => String(response.headers[`fishbone-${name}`]);
        const rows = Number(told('rows'));
        return tell(terminal, out, {rows, asOf: Number(told('as-of')), truncated: told('truncated') === 'true'});
      }
      const app = await openApp(folder, {log: terminal.progress.say});
      try {
        const {exported, bytes} = await download(app, table, form, {asOf, columns, limit});
        await write(bytes, out);
        tell(terminal, out, exported);
      } finally {
        await app.close();
      }
    });
}

function formOf({format, json, out}: Asked): FormName {
  return format ?? (json ? 'json' : (FORM_NAMES.find(form => out?.endsWith(`.${form}`)) ?? 'csv'));
}

/** A file is whole or it is not there. */
async function write(bytes: Readable, out: string | undefined): Promise<void> {
  if (out === undefined) return pipeline(bytes, process.stdout, {end: false});
  const unfinished = `${out}.${randomUUID()}.part`;
  try {
    await pipeline(bytes, createWriteStream(unfinished));
    await rename(unfinished, out);
  } catch (error) {
    await rm(unfinished, {force: true}).catch(() => undefined);
    const {code, syscall, message} = error as NodeJS.ErrnoException;
    if (syscall !== 'open' || code === 'ENOSPC') throw error;
    throw new FishboneError('FILE_UNUSABLE', `${out} cannot be written: ${message}`, {cause: error});
  }
}

function tell(terminal: Terminal, out: string | undefined, told: Told): void {
  const more = told.truncated ? ' (there are more: --limit cut them)' : '';
  terminal.progress.say(
    `${counted(told.rows, 'row')} as of ${told.asOf}${out === undefined ? '' : ` in ${out}`}${more}`,
  );
}
