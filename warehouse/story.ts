/** What happened to a part, a lot or a work order: one event a row, oldest first. */
import type {TraceEvent} from './answers.ts';
import {type Described, describe} from './described.ts';
import type {Row, Session} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import {measuredEvents} from './measured-events.ts';
import {rowsOf, textsOf} from './rows-of.ts';

/** Whose events these are: what happened to its lot and its work order happened to a part too. */
export interface Around {
  part: number | null;
  lot: number | null;
  workOrder: string | null;
}

/** @param known what is known already of items @param limit how many events at most, the oldest */
export async function storyOf(
  session: Session,
  around: Around,
  genealogy: Genealogy,
  known: ReadonlyMap<number, Described>,
  asOf: number,
  limit: number,
): Promise<TraceEvent[]> {
  const ask = {session, asOf, limit, items: [around.part, around.lot].filter(item => item !== null)};
  const links = await linksOf(ask, genealogy);
  const unknown = [...ask.items, ...links.flatMap(l => [l.parent, l.child])].filter(item => !known.has(item));
  const named = unknown.length === 0 ? known : new Map([...known, ...(await describe(session, unknown, asOf))]);
  const events = [
    ...(await madeEvents(ask, around, named)),
    ...links.map(link => linkEvent(link, named)),
    ...(await runEvents(ask, around, named)),
    ...(await inspectionEvents(ask, around)),
    ...(await movementEvents(ask, named)),
    ...(await tallyEvents(ask, around)),
  ];
  if (around.part !== null) {
    const product = named.get(around.part)?.product ?? null;
    events.push(...(await measuredEvents(session, around.part, product, asOf)));
  }
  return events.sort(byTime).slice(0, limit);
}

interface Ask {
  session: Session;
  asOf: number;
  limit: number;
  items: number[];
}

const set = (item: number | null) => `(${item ?? 'null'})`;
const words = (...pieces: (string | null | undefined | false)[]) =>
  pieces.filter(p => p !== null && p !== undefined && p !== false).join(' ');
const after = (word: string, value: string | null) => (value === null ? null : `${word} ${value}`);

/** An event without what is not known. */
export function event(
  at: string | null,
  what: TraceEvent['what'],
  place: {step?: string | null; station?: string | null},
  text: string,
  details: TraceEvent['details'],
): TraceEvent {
  const known = Object.entries(details).filter(([, value]) => value !== null);
  return {at, what, step: place.step ?? null, station: place.station ?? null, text, details: Object.fromEntries(known)};
}

type Link = {parent: number; child: number; consumed_at: string | null; quantity: number | null} & Row;

async function linksOf({session, asOf, items, limit}: Ask, genealogy: Genealogy): Promise<Link[]> {
  const links: Link[] = [];
  for (const item of items) {
    for (const side of ['child', 'parent'] as const) {
      const [low, high] = genealogy[side === 'child' ? 'backward' : 'forward'].span(item, asOf);
      if (low > high) continue;
      // The other ends are known to lie between two keys, which leaves few blocks to read.
      const among = `(${item}) and ${side === 'child' ? 'parent' : 'child'} between ${low} and ${high}`;
      const found = await session.rows<Link>(
        `select parent, child, consumed_at, quantity from ${rowsOf('genealogy', side, among, asOf)}
         order by consumed_at nulls last limit ${limit}`,
      );
      links.push(...found);
    }
  }
  // A part that went into its own lot is told once.
  return [...new Map(links.map(link => [`${link.parent} ${link.child}`, link])).values()];
}

function linkEvent({parent, child, consumed_at, quantity}: Link, named: ReadonlyMap<number, Described>): TraceEvent {
  const [from, into] = [named.get(parent)!, named.get(child)!];
  const text = words(from.kind, from.id, after('of', from.material), 'went into', into.kind, into.id);
  return event(consumed_at, 'consumed', {}, text, {parent: from.id, child: into.id, quantity});
}

async function madeEvents(
  {session, asOf}: Ask,
  around: Around,
  named: ReadonlyMap<number, Described>,
): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const part = named.get(around.part ?? -1);
  const lot = named.get(around.lot ?? -1);
  if (part && part.product !== null) {
    const [{at}] = await session.rows<{at: string | null}>(
      `select made_at as at from ${rowsOf('parts', 'part', set(part.item), asOf)}`,
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
    const [{at, quantity}] = await session.rows<{at: string | null; quantity: number | null}>(
      `select made_at as at, quantity from ${rowsOf('lots', 'lot', set(lot.item), asOf)}`,
    );
    const text = words('lot', lot.id, 'of', lot.material, after('from', lot.supplier));
    events.push(event(at, 'made', {}, text, {material: lot.material, supplier: lot.supplier, quantity}));
  }
  if (around.workOrder === null) return events;
  const orders = await session.rows<{
    work_order: string;
    product: string;
    quantity: number | null;
    due_at: string | null;
    status: string | null;
  }>(`select * from ${rowsOf('work_orders', 'work_order', textsOf([around.workOrder]), asOf)}`);
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
  subject: number | null;
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
  ordered: boolean;
} & Row;

async function runEvents(
  {session, asOf, limit}: Ask,
  around: Around,
  named: ReadonlyMap<number, Described>,
): Promise<TraceEvent[]> {
  const arms = [];
  if (around.part !== null) arms.push(rowsOf('operations', 'part', set(around.part), asOf));
  if (around.lot !== null) arms.push(rowsOf('operations', 'lot', set(around.lot), asOf));
  if (around.workOrder !== null) arms.push(rowsOf('operations', 'work_order', textsOf([around.workOrder]), asOf));
  const runs = await session.rows<Run>(
    `select coalesce(part, lot) as subject, step, run, station, tool, cavity, operator, program, started_at, ended_at,
       report_kind, quantity_good, quantity_rejected, work_order is not null as ordered
     from (${arms.join(' union all ')}) order by coalesce(started_at, ended_at) nulls last limit ${limit}`,
  );
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
    const of = run.subject === null ? null : named.get(run.subject)!.id;
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
      run.ordered || report_kind !== null ? 'report' : 'operation',
      run,
      text,
      details,
    );
  });
}

type Inspection = {
  inspection: string;
  at: string | null;
  step: string | null;
  station: string | null;
  inspector: string | null;
  result: string;
  confidence: number | null;
  verification: string | null;
  image: string | null;
} & Row;

async function inspectionEvents({session, asOf}: Ask, {part}: Around): Promise<TraceEvent[]> {
  if (part === null) return [];
  // An inspection may have been corrected to be of another part: its versions are found by its own id.
  const told = await session.rows<{inspection: string}>(
    `select distinct inspection from fact.inspections where part = ${part} and batch <= ${asOf}`,
  );
  if (told.length === 0) return [];
  const ids = textsOf(told.map(t => t.inspection));
  const inspections = await session.rows<Inspection>(
    `select inspection, inspected_at as at, step, station, inspector, result, confidence, verification, image
     from ${rowsOf('inspections', 'inspection', ids, asOf)} where part = ${part}`,
  );
  const found = await session.rows<{inspection: string; defects: string}>(
    `select inspection, string_agg(defect, ', ' order by defect, n) as defects
     from ${rowsOf('defects', 'inspection', ids, asOf)} group by inspection`,
  );
  const defectsOf = new Map(found.map(f => [f.inspection, f.defects]));
  return inspections.map(({inspection, at, step, station, inspector, result, confidence, verification, image}) => {
    const defects = defectsOf.get(inspection) ?? null;
    const isReviewed = verification === 'confirmed' || verification === 'rejected';
    const text = words(
      defects === null ? result : `${result}: ${defects}`,
      after('at', station),
      after('by', inspector),
      isReviewed && `(${verification} by review)`,
    );
    return event(at, 'inspection', {step, station}, text, {
      inspection,
      result,
      inspector,
      confidence,
      defects,
      verification,
      image,
    });
  });
}

async function movementEvents(
  {session, asOf, items, limit}: Ask,
  named: ReadonlyMap<number, Described>,
): Promise<TraceEvent[]> {
  const movements = await session.rows<{id: number; at: string; location: string | null; status: string | null}>(
    `select id, "at", location, status from ${rowsOf('movements', 'id', `(${items.join(', ') || 'null'})`, asOf)}
     order by "at" limit ${limit}`,
  );
  return movements.map(({id, at, location, status}) => {
    const {kind, id: of} = named.get(id)!;
    return event(at, 'movement', {}, words(kind, of, status ?? 'moved', after('at', location)), {of, status, location});
  });
}

async function tallyEvents({session, asOf}: Ask, {lot}: Around): Promise<TraceEvent[]> {
  if (lot === null) return [];
  const tallies = await session.rows<{
    at: string | null;
    step: string;
    inspected: number | null;
    rejected: number | null;
    reworked: number | null;
    defect: string | null;
  }>(`select * from ${rowsOf('tallies', 'lot', set(lot), asOf)}`);
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
