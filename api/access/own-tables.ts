/** What the key of some tables may be used for: to read their rows, or to add to them, and for nothing else. */
import {CANONICAL} from '../../warehouse/canonical.ts';
import {FishboneError} from '../errors.ts';
import type {Role} from './roles.ts';

/** @throws FishboneError USAGE for what would not be a key of tables */
export function checkTables(tables: readonly string[], role: Role, station: string | undefined): void {
  const wrong = (message: string, hint: string) => new FishboneError('USAGE', message, {hint});
  if (role !== 'viewer' && role !== 'ingest') {
    throw wrong(
      `a key of tables reads them or adds to them, and the role ${role} is for more than that`,
      'give it the role viewer or ingest, or leave the tables out',
    );
  }
  if (station !== undefined) {
    throw wrong(
      'a key is of a station or of tables, not of both',
      'leave the tables out: a station records inspections',
    );
  }
  const unknown = tables.find(table => !Object.hasOwn(CANONICAL, table));
  if (tables.length === 0 || unknown !== undefined) {
    const what = unknown === undefined ? 'a key of no tables would open nothing' : `there is no table "${unknown}"`;
    throw wrong(what, `the tables are ${Object.keys(CANONICAL).join(', ')}`);
  }
}

/**
 * @param own undefined: any
 * @throws FishboneError FORBIDDEN
 */
export function refuseOtherTables(own: readonly string[] | undefined, asked: readonly string[]): void {
  const other = asked.find(table => own !== undefined && !own.includes(table));
  if (own === undefined || other === undefined) return;
  throw new FishboneError('FORBIDDEN', `this key is for rows of ${own.join(', ')} only, not of ${other}`, {
    hint: 'use a key of that table, or one that is not bound to tables',
  });
}
