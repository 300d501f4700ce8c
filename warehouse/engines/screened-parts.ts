import type {ScreenQuestion} from '../answers.ts';
import {QuestionError} from '../question-error.ts';
import {shared} from '../screening/rank-codes.ts';
import type {Asking} from './company.ts';
import {factorCalled, relationOf} from './factors.ts';
import {milliseconds} from './measured.ts';
import {everyPart, failures, inScope, mustBeDefect, SUBJECT} from './parts.ts';

/** The parts of a question, lot after lot in order of time, each with its outcome. */
export interface ScreenedParts {
  /** Rows, and how many of them have an outcome: all. */
  parts: number;
  rows: number;
  outcome: Float64Array;
  outcomeKind: 'defective' | 'numeric';
  outcomeLabel: string;
  defective: number;
  lots: number;
  lotsOrdered: boolean;
  cluster: 'lot' | 'part';
  /** Cluster of each part, numbered in order of time where that is known. */
  lot: Int32Array;
  /** When the cluster of each part was begun, in ms; NaN where nothing says when. */
  lotAt: Float64Array;
  /** Who each row is. */
  keys: {plant: string; part: string; lot: string | null}[];
  /** Row of each part, by `keyOfPart`. */
  rowOf: Map<string, number>;
  notes: string[];
}

export const keyOfPart = (plant: string, part: string): string => `${plant}\n${part}`;

const MORE = ['lot_at', 'outcome'];

/**
 * SQL of the parts asked about: the columns of `subjects`, `lot_at` (when its lot began, over all inspected parts of it) and
 * `outcome`, never null.
 * @throws QuestionError for two outcomes at once, and an unknown one
 */
export async function askedParts(asking: Asking, question: Omit<ScreenQuestion, 'asOf'>): Promise<string> {
  const asked = [question.defect, question.anyFail || undefined, question.measurement].filter(a => a !== undefined);
  if (asked.length > 1) throw new QuestionError('ask for one outcome: a defect, any fail, or a measurement');
  const {defect, measurement} = question;
  const factor = measurement === undefined ? null : await factorCalled(asking, measurement);
  if (factor !== null && factor.kind !== 'number') throw new QuestionError(`${measurement} is not a number`);
  if (defect !== undefined) await mustBeDefect(asking.company.asking(asking.signal), defect);
  const own = SUBJECT.map(column => `s.${column} as ${column}`).join(', ');
  // When a lot began is told of all its parts, an outcome of each part alone.
  const read = asking.within(question);
  const inspected = `(select ${own}, min(s.made_at) over (partition by s.plant, coalesce(s.lot, s.part),
      case when s.lot is null then 1 else 0 end) as lot_at from ${everyPart(asking)} s where s.failed is not null)`;
  const [join, outcome] =
    factor !== null
      ? [`join ${relationOf(read, factor)} o on o.plant = s.plant and o.part = s.part`, 'o.value']
      : defect !== undefined
        ? [
            `left join (select distinct plant, part from ${failures(read, everyPart(read), defect)} f) o
               on o.plant = s.plant and o.part = s.part`,
            'case when o.part is not null then 1 else 0 end',
          ]
        : ['', 's.failed'];
  const judged = `(select ${own}, s.lot_at as lot_at, ${outcome} as outcome from ${inspected} s ${join})`;
  return inScope(asking, `(select * from ${judged} j where outcome is not null)`, question, MORE);
}

interface Row {
  plant: string;
  part: string;
  lot: string | null;
  made_at: number | null;
  lot_at: number | null;
  outcome: number;
}

/** Beyond so many the parts do not fit into this process, whatever the engine can do. */
const MOST_PARTS = 5_000_000;

/** Fetches the parts asked about. @throws QuestionError, also for more than can be */
export async function screenedParts(asking: Asking, question: Omit<ScreenQuestion, 'asOf'>): Promise<ScreenedParts> {
  const {n} = await asking.row<{n: number | null}>(`select count(*) as n from ${await askedParts(asking, question)} a`);
  if (n !== null && n > MOST_PARTS)
    throw new QuestionError(`${n} parts are too many for one question: at most ${MOST_PARTS}`, {
      hint: 'narrow it with product, from and to, where or plants',
    });
  const rows = await asking.rows<Row>(
    `select plant, part, lot, made_at, lot_at, outcome from ${await askedParts(asking, question)} a`,
  );
  const {isSeveral} = asking.company;
  const named = rows.map(row => ({...row, lotName: nameOf(isSeveral, row.plant, row.lot ?? row.part)}));
  named.sort(
    (a, b) =>
      timed(a.lot_at, b.lot_at) ||
      texts(a.lotName, b.lotName) ||
      Number(a.lot === null) - Number(b.lot === null) ||
      texts(a.part, b.part),
  );
  const lots = new Set(named.filter(({lot}) => lot !== null).map(({lotName}) => lotName)).size;
  const loose = named.filter(({lot}) => lot === null).length;
  const cluster = question.cluster ?? (lots > 0 ? 'lot' : 'part');
  const outcome = shared(Float64Array, rows.length);
  outcome.set(named.map(row => row.outcome));
  const {lot, count, at} = clustersOf(named, cluster);
  const lotsOrdered = named.every(row => row.lot_at !== null);
  const isNumeric = question.measurement !== undefined;
  return {
    parts: rows.length,
    rows: rows.length,
    outcome,
    outcomeKind: isNumeric ? 'numeric' : 'defective',
    outcomeLabel: question.measurement ?? question.defect ?? 'any fail',
    defective: isNumeric ? 0 : named.filter(row => row.outcome === 1).length,
    lots: cluster === 'lot' ? lots + loose : rows.length,
    lotsOrdered,
    cluster,
    lot,
    lotAt: at,
    keys: named.map(({plant, part, lot: own}) => ({plant, part, lot: own})),
    rowOf: new Map(named.map(({plant, part}, row) => [keyOfPart(plant, part), row])),
    notes: notesOf({parts: rows.length, lots, loose, cluster, clusters: count, lotsOrdered}, question),
  };
}

const nameOf = (isSeveral: boolean, plant: string, name: string) => (isSeveral ? `${plant}/${name}` : name);
const texts = (a: string, b: string) => (a < b ? -1 : Number(a > b));
const timed = (a: number | null, b: number | null) =>
  (a ?? Number.POSITIVE_INFINITY) === (b ?? Number.POSITIVE_INFINITY)
    ? 0
    : (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY);

/** Numbers the lots, or the parts, in order of time, then of names. */
function clustersOf(named: readonly (Row & {lotName: string})[], cluster: 'lot' | 'part') {
  const keyed = named.map((row, k) => ({
    k,
    at: cluster === 'lot' ? row.lot_at : row.made_at,
    // A part that names no lot is told from a lot of its name.
    name: cluster === 'lot' ? `${row.lot === null ? 'p' : 'l'}${row.lotName}` : `${row.plant}\n${row.part}`,
  }));
  keyed.sort((a, b) => timed(a.at, b.at) || texts(a.name, b.name));
  const lot = shared(Int32Array, named.length);
  const at = new Float64Array(named.length);
  let [count, last] = [0, null as string | null];
  for (const {k, at: began, name} of keyed) {
    if (name !== last) count++;
    last = name;
    lot[k] = count - 1;
    at[k] = milliseconds(began);
  }
  return {lot, at, count};
}

function notesOf(
  {
    parts,
    lots,
    loose,
    cluster,
    lotsOrdered,
  }: {parts: number; lots: number; loose: number; cluster: string; clusters: number; lotsOrdered: boolean},
  {cluster: asked}: Pick<ScreenQuestion, 'cluster'>,
): string[] {
  const notes: string[] = [];
  if (parts > 0 && cluster === 'part')
    notes.push(
      asked === 'part'
        ? 'each part counts as independent, as asked: where parts of a lot share their fate, this claims too much'
        : 'no lots are known, so each part counts as independent: where parts share their fate, this claims too much',
    );
  else if (parts > 0 && lots === 0) notes.push('no lots are known: each part is its own lot');
  else if (loose > 0) notes.push(`${loose} of ${parts} parts name no lot: each stands alone`);
  if (!lotsOrdered)
    notes.push('without times the order of lots is unknown: drifts and day effects cannot be told from causes');
  notes.push('of a step that a part went through more than once, the last run that ended before the inspection counts');
  return notes;
}
