/** From what somebody suspects (a finding, a lot, a filter, a window in time, a list) to the parts and lots that it reaches. */
import type {ContainQuestion, Finding, Scope} from './answers.ts';
import {boundaryOf, createLine} from './boundary.ts';
import type {Boundary} from './boundary-answers.ts';
import {counted} from './counted.ts';
import type {Session} from './duckdb.ts';
import {filteredParts} from './filter.ts';
import {findLot, idsTold, nearIds} from './find-item.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import type {Plant} from './habits.ts';
import {prepareHistory} from './history.ts';
import {type Suspects, suspectsAmong} from './missing-links.ts';
import {NotFound} from './not-found.ts';
import {QuestionError} from './question-error.ts';
import {allOf, scopeConditions} from './scope.ts';
import {filterOf, findFinding} from './screening/findings.ts';
import type {Warehouse} from './store.ts';
import {createInScope, type Target} from './widening.ts';

/** A finding with the question that it answered. */
export interface Found {
  finding: Finding;
  question: {product?: string; where?: string; defect?: string};
}

type Sought = Omit<ContainQuestion, 'asOf'>;

/**
 * @param frozen the finding that the target names, where it was written down: the kept answers may be gone
 * @throws NotFound for what nobody gave or nothing names; QuestionError where nothing, or too much, is asked for
 */
export async function targetOf(
  warehouse: Warehouse,
  session: Session,
  {target: sought, parts, lots, sql, processedFrom, processedTo}: Sought,
  asOf: number,
  frozen?: Found,
): Promise<Target> {
  const isListed = parts !== undefined || lots !== undefined;
  if (sought !== undefined && isListed) throw new QuestionError('a target and a list were given: one of them is meant');
  if (isListed) return listed(session, {parts: parts ?? [], lots: lots ?? [], sql}, asOf);
  if (sought === undefined) {
    if (processedFrom === undefined && processedTo === undefined)
      throw new QuestionError(
        'nothing is suspected: give a finding, a lot, a filter, a list of parts or a window in time',
      );
    return {kind: 'filter', expression: null, scope: {}, words: 'all parts made'};
  }
  const found = frozen ?? (await findFinding(warehouse.folder, sought));
  if (found) return foundTarget(sought, found);
  if (/^f[0-9a-f]{12}-[0-9a-f]{8}$/.test(sought)) {
    throw new NotFound(`there is no finding ${sought} here: ask the question again with "fishbone screen"`);
  }
  const lot = await findLot(session, sought, asOf);
  if (lot !== null) {
    const words = `lot ${sought}, all that it went into at any depth, and the parts of those lots`;
    return {kind: 'lot', lot, scope: {}, words};
  }
  if (!/[=<>]|\s(in|is)\s/i.test(sought)) {
    const near = await nearIds(session, sought, 'lot', asOf);
    throw new NotFound(
      `"${sought}" is neither a finding, nor a lot that any row names, nor a filter such as bore.tool = 'T7'${
        near.length > 0 ? `; lots near it: ${idsTold(near)}` : ''
      }`,
    );
  }
  return {kind: 'filter', expression: sought, scope: {}, words: `parts with ${sought}, and what they went into`};
}

function foundTarget(id: string, {finding, question}: Found): Target {
  const expression = filterOf(finding);
  const scope = {product: question.product, where: question.where};
  const within = Object.values(scope).filter(text => text !== undefined);
  const words = `parts with ${expression}${within.length > 0 ? `, within ${within.join(' and ')}` : ''} (finding ${id}: ${finding.sentence})`;
  return {kind: 'filter', expression, scope, words, defect: question.defect};
}

const NAMED = 5;

/** @throws NotFound that names ids which no row up to the position names: a list is taken whole or not at all */
async function listed(
  session: Session,
  {parts, lots, sql}: {parts: string[]; lots: string[]; sql?: string},
  asOf: number,
): Promise<Target> {
  const keysOf = async (kind: 'part' | 'lot', given: string[]) => {
    const ids = [...new Set(given)];
    if (ids.length === 0) return [];
    const rows = await session.rows<{item: number; id: string}>(
      `select item, id from fact.items where kind = '${kind}' and batch <= ${asOf} and id in (select unnest($ids::varchar[]))`,
      {ids},
    );
    const known = new Set(rows.map(({id}) => id));
    const unknown = ids.filter(id => !known.has(id));
    if (unknown.length > 0)
      throw new NotFound(
        `${unknown.length} of ${counted(ids.length, `listed ${kind}`)} no row up to position ${asOf} names: ${idsTold(unknown.slice(0, NAMED))}${
          unknown.length > NAMED ? ' …' : ''
        }; take them out of the list, or ingest what they are first`,
      );
    return rows.map(({item}) => item);
  };
  const items = {parts: await keysOf('part', parts), lots: await keysOf('lot', lots)};
  const list = [
    items.parts.length > 0 ? counted(items.parts.length, 'part') : '',
    items.lots.length > 0 ? counted(items.lots.length, 'lot') : '',
  ].filter(text => text !== '');
  const from = sql === undefined ? 'a list' : `the query ${sql.replace(/\s+/g, ' ').trim()}`;
  const words = `${list.length > 0 ? list.join(' and ') : 'no part'} of ${from}, and what they went into`;
  return {kind: 'list', ...items, scope: {}, words};
}

/**
 * The exposed parts and all that they went into, with the production lots of both; a lot also as a whole.
 * @throws QuestionError for a boundary around a whole lot
 */
export async function findSuspects(
  {session, genealogy, asOf}: Plant,
  target: Target,
  {boundary: chosen, processedFrom, processedTo, ...narrowed}: Sought,
): Promise<{suspects: Suspects; boundary: Boundary | null; notes: string[]}> {
  const scope = {product: narrowed.product, where: narrowed.where, from: narrowed.from, to: narrowed.to};
  const window = {from: processedFrom, to: processedTo};
  const isNarrowed = [...Object.values(scope), processedFrom, processedTo].some(bound => bound !== undefined);
  // The lot itself is suspect as a whole only where the question does not narrow its parts.
  if (target.kind === 'lot' && !isNarrowed && chosen === undefined) {
    const {items} = genealogy.wentInto([target.lot], asOf);
    return {suspects: withLotsOfParts(genealogy, items, asOf), boundary: null, notes: []};
  }
  await prepareHistory(session, 'subjects');
  if (target.kind === 'filter') {
    const sql = target.expression ? await filteredParts(session, target.expression) : 'select part from subjects';
    await session.run(`create or replace temp table exposed as ${sql}`);
  } else {
    const items = target.kind === 'lot' ? genealogy.wentInto([target.lot], asOf).items : target.parts;
    await session.integerTable('exposed', {part: suspectsAmong(genealogy, Int32Array.from(items)).parts});
  }
  await keepWithin(session, target.scope);
  const notes = await notInspected(session, scope);
  await keepWithin(session, scope);
  const expression = target.kind === 'filter' ? target.expression : null;
  await createInScope(session, target, {product: scope.product, where: scope.where});
  notes.push(...(await keepProcessed(session, expression, window)));
  const boundary =
    target.kind === 'lot' ? null : await boundaryOf(session, {expression, defect: target.defect ?? null});
  if (chosen !== undefined) {
    if (target.kind === 'lot')
      throw new QuestionError(`${target.words} is suspect as a whole: it has no boundary to choose`);
    await session.run('create or replace temp table exposed as select part from boundary_parts where name = $chosen', {
      chosen,
    });
  }
  const {n} = await session.row<{n: number}>('select count(*) as n from exposed');
  const [exposed] = await session.integers('select part from exposed', n);
  const whole = target.kind === 'list' ? target.lots : [];
  const {items} = genealogy.wentInto([...exposed, ...whole], asOf);
  return {suspects: withLotsOfParts(genealogy, items, asOf), boundary, notes};
}

/** Items with the production lots of the parts among them. */
export function withLotsOfParts(genealogy: Genealogy, items: Int32Array, asOf: number): Suspects {
  const all = new Set(items);
  for (const item of items) {
    const lot = genealogy.lotOf(item, asOf);
    if (lot >= 0) all.add(lot);
  }
  return suspectsAmong(genealogy, Int32Array.from(all));
}

/** In words, how many of the exposed parts a window of inspection leaves out because nobody inspected them yet. */
async function notInspected(session: Session, {from, to}: Scope): Promise<string[]> {
  if (from === undefined && to === undefined) return [];
  const {n} = await session.row<{n: number}>(
    'select count(*) as n from exposed e join subjects s on s.part = e.part where s.inspected_at is null',
  );
  if (n === 0) return [];
  return [
    `${counted(n, 'more part')} that match were never inspected, so a window of inspection leaves them out: ask by the time of processing to have them`,
  ];
}

/** Takes out of `exposed` what lies outside a scope. */
async function keepWithin(session: Session, scope: Scope): Promise<void> {
  const {conditions, bindings} = await scopeConditions(session, scope);
  if (conditions.length === 0) return;
  await session.run(
    `create or replace temp table exposed as
     select e.part from exposed e join subjects s on s.part = e.part where ${allOf(conditions)}`,
    bindings,
  );
}

/**
 * Takes out of `exposed` what was processed outside a window: at the step that the filter names, else when it was made.
 * What has no time stays: nothing says that it was outside.
 * @returns in words, how many of those have no time
 */
async function keepProcessed(
  session: Session,
  expression: string | null,
  window: {from?: string; to?: string},
): Promise<string[]> {
  if (window.from === undefined && window.to === undefined) return [];
  await createLine(session, expression);
  const {conditions, bindings} = await scopeConditions(session, window, {prefix: 'processed', inspectedAt: 'l.at'});
  await session.run(
    `create or replace temp table exposed as
     select e.part from exposed e left join line l on l.part = e.part where l.part is null or (${allOf(conditions)})`,
    bindings,
  );
  const {n} = await session.row<{n: number}>('select count(*) as n from exposed e anti join line l on l.part = e.part');
  if (n === 0) return [];
  return [
    `${counted(n, 'part')} without a time of processing: nothing says that they lie outside the window, so they are in`,
  ];
}
