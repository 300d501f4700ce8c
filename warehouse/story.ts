/** What happened to a part, a lot or a work order: one event a row, oldest first. */
import type {TraceEvent} from './answers.ts';
import {type Described, describe} from './described.ts';
import {quoteText, type Row, type Session} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import type {LookedAt, MeasuredValue} from './item-answers.ts';
import {measuredEvents} from './measured-events.ts';
import {rowsAbout, textsOf} from './rows-of.ts';
import {event} from './trace-event.ts';

/** Whose events these are: what happened to its lot and its work order happened to a part too. */
export interface Around {
  part: number | null;
  lot: number | null;
  workOrder: string | null;
}

export interface Story {
  history: TraceEvent[];
  /** Of a part. */
  measured: MeasuredValue[];
  inspections: LookedAt[];
}

/** @param known what is known already of items @param limit how many events at most, the oldest */
export async function storyOf(
  session: Session,
  around: Around,
  genealogy: Genealogy,
  known: ReadonlyMap<number, Described>,
  asOf: number,
  limit: number,
): Promise<Story> {
  const ask = {session, asOf, limit, items: [around.part, around.lot].filter(item => item !== null)};
  const links = await linksOf(ask, genealogy);
  const unknown = [...ask.items, ...links.flatMap(l => [l.parent, l.child])].filter(item => !known.has(item));
  const named =
    unknown.length === 0 ? known : new Map([...known, ...(await describe(session, unknown, genealogy, asOf))]);
  const looks = await looksAt(ask, around);
  const events = [
    ...(await madeEvents(ask, around, named)),
    ...links.map(link => linkEvent(link, named)),
    ...(await runEvents(ask, around, named)),
    ...looks.map(({event: told}) => told),
    ...(await movementEvents(ask, named)),
    ...(await tallyEvents(ask, around)),
  ];
  const product = named.get(around.part ?? -1)?.product ?? null;
  const measured = around.part === null ? null : await measuredEvents(session, around.part, product, asOf);
  events.push(...(measured?.events ?? []));
  return {
    history: events.sort(byTime).slice(0, limit),
    measured: measured?.values ?? [],
    inspections: looks.map(({look}) => look).sort(byInspection),
  };
}

interface Ask {
  session: Session;
  asOf: number;
  limit: number;
  items: number[];
}

const words = (...pieces: (string | null | undefined | false)[]) =>
  pieces.filter(p => p !== null && p !== undefined && p !== false).join(' ');
const after = (word: string, value: string | null) => (value === null ? null : `${word} ${value}`);

type Link = {parent: number; child: number; consumed_at: string | null; quantity: number | null} & Row;

async function linksOf({session, asOf, items, limit}: Ask, genealogy: Genealogy): Promise<Link[]> {
  const about: string[] = [];
  for (const item of items) {
    for (const [own, other] of [
      ['child', 'parent'],
      ['parent', 'child'],
    ] as const) {
      // The other ends are known to lie between two keys, which leaves few blocks to read.
      const [low, high] = genealogy[own === 'child' ? 'backward' : 'forward'].span(item, asOf);
      if (low <= high) about.push(`${own} = ${item} and ${other} between ${low} and ${high}`);
    }
  }
  const links = await rowsAbout<Link>(session, 'genealogy', ['consumed_at', 'quantity'], about, asOf);
  // A part that went into its own lot is told once.
  return [...new Map(links.map(link => [`${link.parent} ${link.child}`, link])).values()]
    .sort((a, b) => timeOf(a.consumed_at) - timeOf(b.consumed_at))
    .slice(0, limit);
}

/** Of what has no time nobody knows when it was: it comes last. */
const timeOf = (at: string | null) => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at));

function linkEvent({parent, child, consumed_at, quantity}: Link, named: ReadonlyMap<number, Described>): TraceEvent {
  const [from, into] = [named.get(parent)!, named.get(child)!];
  const text = words(from.kind, from.id, after('of', from.material), 'went into', into.kind, into.id);
  return event(consumed_at, 'consumed', {}, text, {parent: from.id, child: into.id, quantity});
}

type WorkOrder = {
  work_order: string;
  product: string;
  quantity: number | null;
  due_at: string | null;
  status: string | null;
};

async function madeEvents(
  {session, asOf}: Ask,
  around: Around,
  named: ReadonlyMap<number, Described>,
): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const part = named.get(around.part ?? -1);
  const lot = named.get(around.lot ?? -1);
  if (part && part.product !== null) {
    const [{made_at: at}] = await rowsAbout<{made_at: string | null}>(
      session,
      'parts',
      ['made_at'],
      [`part = ${part.item}`],
      asOf,
    );
    const text = words(
      'part',
      part.id,
      'of',
      part.product,
      lot && `in lot ${lot.id}`,
      after('under work order', part.workOrder),
    );
    events.push(event(at, 'made', {}, text, {product: part.product, lot: lot?.id ?? null, work_order: part.workOrder}));
  }
  if (lot && lot.material !== null) {
    const [{made_at: at, quantity}] = await rowsAbout<{made_at: string | null; quantity: number | null}>(
      session,
      'lots',
      ['made_at', 'quantity'],
      [`lot = ${lot.item}`],
      asOf,
    );
    const text = words('lot', lot.id, 'of', lot.material, after('from', lot.supplier));
    events.push(event(at, 'made', {}, text, {material: lot.material, supplier: lot.supplier, quantity}));
  }
  if (around.workOrder === null) return events;
  const orders = await rowsAbout<WorkOrder>(
    session,
    'work_orders',
    ['product', 'quantity', 'due_at', 'status'],
    [`work_order = ${quoteText(around.workOrder)}`],
    asOf,
  );
  for (const {work_order, product, quantity, due_at, status} of orders) {
    const text = words(
      'work order',
      work_order,
      'for',
      quantity !== null && figure(quantity),
      product,
      status !== null && `(${status})`,
    );
    events.push(event(null, 'report', {}, text, {product, quantity, due_at, status}));
  }
  return events;
}

type Run = {
  part: number | null;
  lot: number | null;
  work_order: string | null;
  step: string;
  run: number;
  station: string | null;
  tool: string | null;
  cavity: string | null;
  operator: string | null;
  program: string | null;
  started_at: string | null;
  ended_at: string | null;
  report_kind: string | null;
  quantity_good: number | null;
  quantity_rejected: number | null;
} & Row;

const RUN_COLUMNS = ['station', 'tool', 'cavity', 'operator', 'program', 'ended_at', 'report_kind'].concat([
  'quantity_good',
  'quantity_rejected',
]);

async function runEvents(
  {session, asOf}: Ask,
  around: Around,
  named: ReadonlyMap<number, Described>,
): Promise<TraceEvent[]> {
  const about: string[] = [];
  if (around.part !== null) about.push(`part = ${around.part}`);
  if (around.lot !== null) about.push(`lot = ${around.lot}`);
  if (around.workOrder !== null) about.push(`work_order = ${quoteText(around.workOrder)}`);
  const runs = await rowsAbout<Run>(session, 'operations', RUN_COLUMNS, about, asOf);
  return runs.map(run => {
    const {tool, cavity, operator, program, ended_at, report_kind, quantity_good, quantity_rejected} = run;
    const text = words(
      report_kind ?? run.step,
      run.run > 1 && `run ${run.run}`,
      after('at', run.station),
      after('with tool', tool),
      after('cavity', cavity),
      after('by', operator),
      after('program', program),
      quantity_good !== null && `${figure(quantity_good)} good`,
      quantity_rejected !== null && `${figure(quantity_rejected)} rejected`,
    );
    const subject = run.part ?? run.lot;
    const of = subject === null ? null : named.get(subject)!.id;
    const details = {
      run: run.run,
      tool,
      cavity,
      operator,
      program,
      ended_at,
      report_kind,
      quantity_good,
      quantity_rejected,
      of,
    };
    return event(
      run.started_at ?? ended_at,
      run.work_order !== null || report_kind !== null ? 'report' : 'operation',
      run,
      text,
      details,
    );
  });
}

type Inspection = {
  inspection: string;
  part: number;
  inspected_at: string | null;
  step: string | null;
  station: string | null;
  inspector: string | null;
  result: string;
  confidence: number | null;
  verification: string | null;
  image: string | null;
} & Row;

const INSPECTION_COLUMNS = ['part', 'inspected_at', 'step', 'station', 'inspector', 'result', 'confidence'].concat([
  'verification',
  'image',
]);

type FoundDefect = LookedAt['defects'][number] & {inspection: string; n: number} & Row;

const DEFECT_COLUMNS = ['severity', 'confidence', 'x', 'y', 'width', 'height', '"view"'];

/** Each inspection as an event, and as what was seen on the image. */
async function looksAt({session, asOf}: Ask, {part}: Around): Promise<{event: TraceEvent; look: LookedAt}[]> {
  if (part === null) return [];
  // An inspection may have been corrected to be of another part: all that was said of it is found by its own id.
  const told = await session.rows<{inspection: string; again: boolean}>(
    `with told as (select distinct inspection from fact.inspections where part = ${part} and batch <= ${asOf})
     select inspection, inspection in (select l.inspection from fact.inspections l where l.later and l.batch <= ${asOf}) as again
     from told`,
  );
  if (told.length === 0) return [];
  const again = told.filter(t => t.again).map(t => t.inspection);
  const once = `part = ${part}`;
  const apart =
    again.length > 0 ? [`${once} and inspection not in ${textsOf(again)}`, `inspection in ${textsOf(again)}`] : [once];
  const versions = await rowsAbout<Inspection>(session, 'inspections', INSPECTION_COLUMNS, apart, asOf);
  const about = [`inspection in ${textsOf(told.map(t => t.inspection))}`];
  const inspections = versions.filter(inspection => inspection.part === part);
  const found = await rowsAbout<FoundDefect>(session, 'defects', DEFECT_COLUMNS, about, asOf);
  found.sort((a, b) => compared(a.defect, b.defect) || a.n - b.n);
  const reviews = await rowsAbout<ReviewWord>(session, 'reviews', ['verdict', 'defect', 'reason'], about, asOf);
  return inspections.map(
    ({inspection, inspected_at: at, step, station, inspector, result, confidence, image, ...source}) => {
      const said = reviews.filter(r => r.inspection === inspection && r.verdict !== 'withdrawn');
      const verification = said.length === 0 ? source.verification : majorityOf(said);
      const mine = found.filter(f => f.inspection === inspection);
      const defects = mine.map(f => f.defect).join(', ') || null;
      const isReviewed = verification === 'confirmed' || verification === 'rejected';
      const text = words(
        defects === null ? result : `${result}: ${defects}`,
        after('at', station),
        after('by', inspector),
        isReviewed && `(${verification} by review)`,
      );
      const details = {
        inspection,
        result,
        inspector,
        confidence,
        defects,
        verification,
        image,
        reviews: said.map(wordsOf).sort(compared).join('; ') || null,
      };
      const look = {inspection, at, step, station, inspector, result, image, kept: null, defects: mine.map(defectOf)};
      return {event: event(at, 'inspection', {step, station}, text, details), look};
    },
  );
}

type ReviewWord = {
  inspection: string;
  reviewer: string;
  verdict: string;
  defect: string | null;
  reason: string | null;
} & Row;

/** As the view of inspections has it. */
function majorityOf(said: readonly ReviewWord[]): string {
  const balance = said.reduce((sum, {verdict}) => sum + (verdict === 'agree' ? 1 : -1), 0);
  return balance > 0 ? 'confirmed' : balance < 0 ? 'rejected' : 'unverified';
}

const wordsOf = ({reviewer, verdict, defect, reason}: ReviewWord) =>
  `${reviewer} ${verdict}s${defect === null ? '' : ` (true defect: ${defect})`}${reason === null ? '' : `: ${reason}`}`;

function defectOf({defect, severity, confidence, x, y, width, height, view}: FoundDefect): LookedAt['defects'][number] {
  return {defect, severity, confidence, x, y, width, height, view};
}

type Movement = {id: number; at: string; location: string | null; status: string | null};

async function movementEvents(
  {session, asOf, items}: Ask,
  named: ReadonlyMap<number, Described>,
): Promise<TraceEvent[]> {
  const about = items.map(item => `id = ${item}`);
  const movements = await rowsAbout<Movement>(session, 'movements', ['location', 'status'], about, asOf);
  return movements.map(({id, at, location, status}) => {
    const {kind, id: of} = named.get(id)!;
    return event(at, 'movement', {}, words(kind, of, status ?? 'moved', after('at', location)), {of, status, location});
  });
}

type Tally = {
  at: string | null;
  step: string;
  inspected: number | null;
  rejected: number | null;
  reworked: number | null;
  defect: string | null;
};

async function tallyEvents({session, asOf}: Ask, {lot}: Around): Promise<TraceEvent[]> {
  if (lot === null) return [];
  const columns = ['inspected', 'rejected', 'reworked'];
  const tallies = await rowsAbout<Tally>(session, 'tallies', columns, [`lot = ${lot}`], asOf);
  return tallies.map(({at, step, inspected, rejected, reworked, defect}) => {
    const text = words(
      inspected !== null && String(inspected),
      'inspected,',
      rejected !== null && String(rejected),
      'rejected',
      after('for', defect),
    );
    return event(at, 'report', {step}, text, {inspected, rejected, reworked, defect});
  });
}

/** Six significant digits. */
const figure = (value: number) => String(Number(value.toPrecision(6)));

const ORDER: TraceEvent['what'][] = [
  'made',
  'consumed',
  'operation',
  'report',
  'measurement',
  'inspection',
  'movement',
  'hold',
];

function byInspection(a: LookedAt, b: LookedAt): number {
  const [x, y] = [timeOf(a.at), timeOf(b.at)];
  return x === y ? compared(a.inspection, b.inspection) : x - y;
}

function byTime(a: TraceEvent, b: TraceEvent): number {
  // Where two times differ in their decimals only, text order is not time order.
  const [x, y] = [a, b].map(e => (e.at === null ? Number.POSITIVE_INFINITY : Date.parse(e.at)));
  if (x !== y) return x - y;
  return (
    compared(a.at ?? '', b.at ?? '') ||
    ORDER.indexOf(a.what) - ORDER.indexOf(b.what) ||
    compared(a.step ?? '\uffff', b.step ?? '\uffff') ||
    compared(a.text, b.text) ||
    compared(JSON.stringify(a.details), JSON.stringify(b.details))
  );
}

const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
