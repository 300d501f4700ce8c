import type {Receipt} from '../../../warehouse/data-answers.ts';
import type {OutputOf} from '../../operations.ts';
import {bold, type Clock, count, counted, paragraphs, table} from './layout.ts';
import {receiptsText} from './records.ts';

type Queue = OutputOf<'quarantine.list'>['groups'];

/** More groups than this are counted. */
const GROUPS_SHOWN = 15;

export function quarantineText(
  {batches, groups, acknowledged, conflicts, contradictions = []}: OutputOf<'quarantine.list'>,
  clock: Clock,
): string {
  const open = groups.filter(group => group.open > 0);
  const aside = groups.reduce((sum, {setAside}) => sum + setAside, 0);
  const rest = open.length - GROUPS_SHOWN;
  return paragraphs(
    open.length + acknowledged.length === 0
      ? batches.length === 0
        ? 'The quarantine is empty.'
        : 'Nothing in the quarantine is open.'
      : '',
    ...open.slice(0, GROUPS_SHOWN).map(group => groupText(group, clock)),
    ...acknowledged.map(asideText),
    rest > 0 ? `and ${counted(rest, 'smaller group')} (--json gives all)` : '',
    aside > 0 ? `Set aside by somebody: ${count(aside)} (--json says who and why).` : '',
    batches.length > 0 ? bold('By file') : '',
    table(
      ['id', 'when', 'rejected', 'open', 'state', 'file'],
      batches.map(b => [
        b.id,
        clock(b.at),
        b.refused === null ? b.rejected : null,
        b.refused === null ? b.open : null,
        b.refused === null || b.state !== 'open' ? b.state : 'refused',
        b.source,
      ]),
    ),
    batches.length > 0
      ? 'Row by row: fishbone quarantine show ID. Once the cause is put right: fishbone quarantine replay ID'
      : '',
    conflicts
      ? conflicts.length === 0
        ? 'No rows contradict each other.'
        : `${bold('Contradictions')} (the later batch counts; recorded_at would settle them)\n${table(
            ['batch', 'when', 'table', 'rows', 'file'],
            conflicts.map(c => [String(c.batch), clock(c.at), c.table, c.conflicts, c.source]),
          )}`
      : '',
    ...contradictions.map(
      ({table: of, rule, rows}) =>
        `${of}: ${rule}\n${table(['', 'batch', 'record', 'row', 'file'], rows.map(toldRow))}`,
    ),
  );
}

function asideText({id, inspections, reason}: OutputOf<'quarantine.list'>['acknowledged'][number]): string {
  const [first = 'unknown'] = inspections;
  return `${bold(`${id}  ${counted(inspections.length, 'inspection')}, acknowledged in real time, that no batch takes`)}\n  ${reason}\n  the first is ${first}; tried again at every start, and by "fishbone quarantine replay ${id}"\n`;
}

function groupText(group: Queue[number], clock: Clock): string {
  const {id, source, unit, field, kind, open, fileCount, oldestAt, example, advice} = group;
  const of = group.table === '' ? source : `${source}, ${group.table}`;
  const what = `${field === null ? '' : `${field}: `}${kind}`;
  const where = example?.line == null ? '' : ` line ${example.line}`;
  const such = example && unit === 'row' ? `  such as ${example.batch}${where}: ${example.reason}\n` : '';
  const since = oldestAt === null ? '' : `, since ${clock(oldestAt)}`;
  return `${bold(`${id}  ${counted(open, unit)} of ${of}`)}\n  ${what}\n${such}  in ${counted(fileCount, 'file')}${since}; ${advice}\n`;
}

function toldRow({
  current,
  batch,
  record,
  row,
  source,
}: NonNullable<OutputOf<'quarantine.list'>['contradictions']>[number]['rows'][number]) {
  const values = Object.entries(row).filter(([, value]) => value !== null);
  return [
    current ? 'current' : '',
    String(batch),
    String(record),
    values.map(([name, value]) => `${name}=${value}`).join(' '),
    source,
  ];
}

export function rejectedText({rows, total, offset}: OutputOf<'quarantine.show'>, id: string): string {
  if (total === 0) return 'No rejected rows.\n';
  const shown = rows.map(row => {
    const line = row.line === null ? '' : `:${row.line}`;
    return `  ${row.source}${line}: ${row.table}: ${row.field === null ? '' : `${row.field}: `}${row.reason}\n`;
  });
  const next = offset + rows.length;
  const rest =
    next < total
      ? `  ${count(offset + 1)} to ${count(next)} of ${count(total)}: fishbone quarantine show ${id} --offset ${next}\n`
      : '';
  return shown.join('') + rest;
}

export function replayedText(receipts: readonly Receipt[]): string {
  return receipts.length === 0 ? 'Nothing in the quarantine is open.\n' : receiptsText(receipts);
}

export function decidedText({groups}: OutputOf<'quarantine.set-aside'>): string {
  return groups
    .map(
      ({id, source, kind, open, setAside, unit}) =>
        `  ${id}  ${source}: ${kind}: ${counted(open, unit)} open, ${count(setAside)} set aside\n`,
    )
    .join('');
}
