import type {Receipt} from '../../../warehouse/data-answers.ts';
import {isUnusable} from '../../load-files.ts';
import type {OutputOf} from '../../operations.ts';
import {bold, type Clock, count, counted, paragraphs, table} from './layout.ts';

const ROWS_SHOWN = 50;

export function receiptsText(receipts: readonly Receipt[]): string {
  const usable = receipts.filter(receipt => !isUnusable(receipt));
  const rows = usable.flatMap(({source, batch, status, tables}) =>
    tables.map(t => [
      batch === null ? '' : String(batch),
      status,
      t.table,
      t.accepted,
      t.rejected,
      t.duplicates,
      t.conflicts,
      source,
    ]),
  );
  const notices = usable.flatMap(({source, notices}) =>
    notices.map(notice => (notice.includes(source) ? `  ${notice}\n` : `  ${source}: ${notice}\n`)),
  );
  return paragraphs(
    table(['batch', 'status', 'table', 'accepted', 'rejected', 'duplicates', 'conflicts', 'file'], rows),
    notices.join(''),
    usable.flatMap(dryRejects).join(''),
    receipts.some(({status, tables}) => status !== 'dry-run' && tables.some(({rejected}) => rejected > 0))
      ? 'Rejected rows wait in the quarantine: fishbone quarantine list'
      : '',
  );
}

/** What a dry run rejects is kept nowhere. */
function dryRejects({source, tables, rejects = []}: Receipt): string[] {
  const more = tables.reduce((sum, {rejected}) => sum + rejected, 0) - new Set(rejects.map(atLine)).size;
  const told = rejects.map(row => `  ${source}: ${atLine(row)}: ${row.field ?? 'record'}: ${row.reason}\n`);
  return rejects.length > 0 && more > 0 ? [...told, `  and ${counted(more, 'other row')}\n`] : told;
}

const atLine = ({table, line}: NonNullable<Receipt['rejects']>[number]) =>
  line === null ? table : `${table}, line ${line}`;

/** The last line of a load: files and rows, and what of them did not come in. */
export function ingestedText(receipts: readonly Receipt[], leftOut: number): string {
  const tables = receipts.flatMap(receipt => receipt.tables);
  const sum = (of: 'accepted' | 'rejected' | 'duplicates' | 'conflicts') =>
    tables.reduce((n, table) => n + table[of], 0);
  const unusable = receipts.filter(isUnusable).length;
  const isDry = receipts.some(({status}) => status === 'dry-run');
  const known = receipts.filter(({status}) => status === 'duplicate').length;
  const accepted = isDry ? 'would be accepted' : 'accepted';
  return `${[
    `${counted(receipts.length, 'file')}: ${counted(sum('accepted'), 'row')} ${accepted}`,
    `${count(sum('rejected'))} rejected`,
    sum('duplicates') > 0 ? counted(sum('duplicates'), 'duplicate') : '',
    sum('conflicts') > 0 ? `${counted(sum('conflicts'), 'contradiction')} (fishbone quarantine list --conflicts)` : '',
  ]
    .filter(text => text !== '')
    .join(', ')}${[
    known > 0 ? `; ${counted(known, 'file')} known already` : '',
    unusable > 0 ? `; ${counted(unusable, 'file')} could not be used` : '',
    leftOut > 0 ? `; ${count(leftOut)} left out` : '',
  ].join('')}.${isDry ? ' Nothing was changed.' : ''}\n`;
}

export function inferText({
  images,
  inspections,
  defects,
  failed,
  failures,
  leftOut,
  imagesPerSecond,
  receipts,
}: OutputOf<'infer'>): string {
  return paragraphs(
    bold(`${counted(images, 'image')}: ${counted(inspections, 'inspection')}, ${counted(defects, 'defect')}.`),
    `${Math.round(imagesPerSecond)} images a second.`,
    failures
      .slice(0, ROWS_SHOWN)
      .map(({image, reason}) => `  ${image}: ${reason}\n`)
      .join(''),
    failed > ROWS_SHOWN ? `and ${counted(failed - ROWS_SHOWN, 'other')} without a verdict; --json tells them.` : '',
    leftOut > 0 ? `${counted(leftOut, 'file')} left out: they do not look like images.` : '',
    receiptsText(receipts),
  );
}

export function unresolvedText({references, lookAlikes}: OutputOf<'unresolved'>): string {
  return paragraphs(
    references.length === 0 ? 'Everything that is referred to is described.' : '',
    table(
      ['table', 'refers to', 'rows', 'ids', 'such as', 'batch', 'file'],
      references.map(r => [r.table, r.what, r.rows, r.ids, r.examples.join(', '), String(r.batch), r.source]),
    ),
    lookAlikes.length > 0 ? `${bold('Ids that differ only by case or white space')} (kept as different things)` : '',
    table(
      ['kind', 'ids'],
      lookAlikes.map(({kind, ids}) => [kind, ids.map(id => `'${id}'`).join(' and ')]),
    ),
  );
}

export function deliveryText({acknowledged, rejected, waiting, askPerson, why}: OutputOf<'deliver'>): string {
  return paragraphs(
    `${acknowledged} acknowledged, ${rejected} rejected, ${waiting} waiting${askPerson > 0 ? ` (${askPerson} for a person)` : ''}.`,
    why && waiting > 0 ? `  ${why}` : '',
  );
}

export function keyText({key, name, role, station, tables, expiresAt}: OutputOf<'key.create'>, clock: Clock): string {
  const end = expiresAt === null ? '' : ` until ${clock(expiresAt)}`;
  const of = station ?? tables?.join(', ');
  const only = of === undefined ? '' : ` for ${of} only`;
  return `${key}\n\n  ${name}, ${role}${only}${end}. Keep it: it is not shown again.\n`;
}

export function keysText({keys}: OutputOf<'key.list'>, clock: Clock): string {
  if (keys.length === 0) return 'There are no keys: only this machine is served.\n';
  return table(
    ['id', 'name', 'role', 'only for', 'created', 'ends', 'revoked'],
    keys.map(key => [
      key.id,
      key.name,
      key.role,
      key.station ?? key.tables?.join(', ') ?? null,
      clock(key.createdAt),
      key.expiresAt === null ? null : clock(key.expiresAt),
      key.revokedAt === null ? null : clock(key.revokedAt),
    ]),
  );
}
