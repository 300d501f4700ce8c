/**
 * Every factor of the inspected parts at a position, as codes in memory that threads share: built when first asked for,
 * a step at a time, from the step's file where that was made from the very same facts. It can be thrown away at will.
 */
import {createHash, randomUUID} from 'node:crypto';
import type {Branch} from '../../answers.ts';
import {quoteText, type Session} from '../../duckdb.ts';
import {type FactorSource, factorCatalogue, stepOrder, variableTroubles} from '../../factors.ts';
import type {Warehouse} from '../../store.ts';
import {codeVersion} from '../code-version.ts';
import type {Factor} from '../frame.ts';
import {inspectedParts} from '../inspected-parts.ts';
import {shared} from '../rank-codes.ts';
import {readCategories} from './categories.ts';
import {readGroup, writeGroup} from './file.ts';
import {forgetRoom, type Group, readNumbers} from './group.ts';

export interface ScreeningIndex {
  /** Its name: no other has the same. */
  name: string;
  /** Inspected parts. */
  parts: number;
  /** All factors of the catalogue, in its order. */
  factors: readonly Factor[];
  /** Variables of others that are no factor here, and why. */
  troubles: readonly {factor: string; reason: string; branch: Branch}[];
  /** Worked out when first needed. */
  clusters: Map<'lot' | 'part', Clusters>;
}

/** What stands for itself: lots or parts, numbered in order of time where that is known. */
interface Clusters {
  /** Of each inspected part. */
  of: Int32Array;
  /** When each began, in ms since 1970; NaN where that is not known. */
  began: Float64Array;
}

interface Kept {
  position: number;
  /** Of the names of persons. */
  edition: number;
  index: Promise<ScreeningIndex>;
  /** Groups by step table, with what they were made from: a new position often leaves most of them as they are. */
  groups: Map<number, {key: string; group: Group}>;
}

const kept = new WeakMap<Warehouse, Kept>();

/** The index at a position; only that of the newest is kept, in memory and in files. */
export function indexAt(warehouse: Warehouse, session: Session, position: number): Promise<ScreeningIndex> {
  if (position !== warehouse.position) return build(null, session, new Map());
  const before = kept.get(warehouse);
  const {edition} = warehouse.persons;
  if (before?.position === position && before.edition === edition) return before.index;
  const groups = before?.groups ?? new Map();
  const index = build(warehouse.folder, session, groups);
  kept.set(warehouse, {position, edition, index, groups});
  // What failed is tried again by the next question.
  index.catch(() => {
    if (kept.get(warehouse)?.index === index) kept.delete(warehouse);
  });
  return index;
}

export async function clustersOf(session: Session, index: ScreeningIndex, cluster: 'lot' | 'part'): Promise<Clusters> {
  const before = index.clusters.get(cluster);
  if (before !== undefined) return before;
  const [at, name] = cluster === 'lot' ? ['lot_at', "coalesce('l' || lot_id, 'p' || id)"] : ['made_at', 'id'];
  const [places, numbers, times] = await session.typed(
    `select idx, (dense_rank() over (order by ${at} nulls last, ${name}) - 1)::integer as number,
       coalesce(epoch_ms(${at})::double, 'nan'::double) as began from inspected_parts`,
  );
  const of = shared(Int32Array, index.parts);
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    of[places[i]] = numbers[i];
    count = Math.max(count, numbers[i] + 1);
  }
  const began = new Float64Array(count);
  for (let i = 0; i < places.length; i++) began[numbers[i]] = times[i];
  const clusters = {of, began};
  index.clusters.set(cluster, clusters);
  return clusters;
}

async function build(folder: string | null, session: Session, groups: Kept['groups']): Promise<ScreeningIndex> {
  const parts = await inspectedParts(session);
  const catalogue = await factorCatalogue(session);
  const order = await stepOrder(session);
  const people = await digestOf(session, 'select idx, part, inspected_at from inspected_parts');
  const made = new Map<FactorSource, Factor>();
  const byRelation = new Map<string, FactorSource[]>();
  for (const source of catalogue) {
    const key = `${source.kind} ${source.relation}`;
    byRelation.set(key, [...(byRelation.get(key) ?? []), source]);
  }
  const common = ({name, step, branch, time}: FactorSource) => {
    const stepOrder = step === null ? null : (order.get(step) ?? null);
    return {name, step, stepOrder, branch, time};
  };
  const [categories, numbers] = (['category', 'number'] as const).map(kind =>
    [...byRelation.values()].filter(([source]) => source.kind === kind),
  );
  for (const sources of categories) {
    const levels = await readCategories(session, sources, parts);
    for (const s of sources) made.set(s, {...common(s), kind: 'category', ...levels.get(s.value)!});
  }
  await twoAtATime(numbers, async sources => {
    const group = await groupOf(folder, session, sources, parts, people, groups);
    for (const s of sources) made.set(s, {...common(s), kind: 'number', unit: s.unit, ...group.numbers.get(s.value)!});
  });
  forgetRoom();
  const troubles = await variableTroubles(session, catalogue);
  const factors = catalogue.map(source => made.get(source)!);
  return {name: randomUUID(), parts, factors, troubles, clusters: new Map()};
}

/**
 * While this thread codes the numbers of one group, the engine reads the next. What was begun has ended when this does;
 * after a failure nothing more is begun.
 */
async function twoAtATime<T>(items: readonly T[], take: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const takeTurns = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await take(item).catch((error: unknown) => {
        left.length = 0;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled([takeTurns(), takeTurns()]);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

/** The numbers of a relation: those of a step's wide table from memory or file where they were made from the same facts. */
async function groupOf(
  folder: string | null,
  session: Session,
  sources: readonly FactorSource[],
  parts: number,
  people: string,
  groups: Kept['groups'],
): Promise<Group> {
  const {stepTable, relation, step} = sources[0];
  if (stepTable === undefined || folder === null) return readNumbers(session, sources, parts);
  const facts = await factsOf(session, stepTable, step);
  const values = sources.map(({value}) => value);
  const key = sha256([codeVersion(), people, facts, relation, ...values].join('\n'));
  const before = groups.get(stepTable);
  if (before?.key === key) return before.group;
  let group = await readGroup(folder, stepTable, key);
  if (group === null || values.some(value => !group?.numbers.has(value))) {
    group = await readNumbers(session, sources, parts);
    await writeGroup(folder, stepTable, key, group);
  }
  groups.set(stepTable, {key, group});
  return group;
}

/** What a step's numbers are made from: its rows, its late cells, and which run of a part counts. */
async function factsOf(session: Session, table: number, step: string | null): Promise<string> {
  const name = quoteText(step ?? '');
  const as_of = "coalesce(getvariable('as_of')::integer, 2147483647)";
  const digests = [
    await digestOf(
      session,
      `select part, run, measured_at, batch, ordinal from fact.step_${table} where batch <= ${as_of}`,
    ),
    await digestOf(session, `select * from fact.cells where step = ${name} and batch <= ${as_of}`),
    await digestOf(session, `select part, run from visits where step = ${name}`),
  ];
  return digests.join(' ');
}

/** Count and checksum of the rows of a query, whatever their order. */
async function digestOf(session: Session, sql: string): Promise<string> {
  const {digest} = await session.row<{digest: string}>(
    `select count(*) || '/' || coalesce(sum(hash(r)), 0) as digest from (${sql}) r`,
  );
  return digest;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
