/** From a finding, a lot or a filter to the suspect population: which parts and lots, and where they are now. */
import {createHash} from 'node:crypto';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {ContainAnswer, type ContainQuestion, type Scope} from './answers.ts';
import {blastRadius} from './blast-radius.ts';
import {completenessOf} from './completeness.ts';
import {describe} from './described.ts';
import type {Session} from './duckdb.ts';
import {filteredParts} from './filter.ts';
import {findLot, nearIds} from './find-item.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import {genealogyOf} from './genealogy/read.ts';
import {habitsOf, type Plant} from './habits.ts';
import {prepareHistory} from './history.ts';
import {canonicalJson} from './ledger-chain.ts';
import {type Suspects, suspectsAmong} from './missing-links.ts';
import {NotFound} from './not-found.ts';
import {allOf, scopeConditions} from './scope.ts';
import {filterOf, findFinding} from './screening/findings.ts';
import type {Warehouse} from './store.ts';
import {told, whereabouts} from './whereabouts.ts';
import {type Target, widening} from './widening.ts';

/**
 * Suspect are the parts that were exposed, inspected or not, and whatever they went into; their production lots, and the
 * lots that these went into. For a lot: the lot itself and all that it went into. `product`, `where`, `from` and `to`
 * narrow the exposed parts. Parts and lots that cannot be ruled out because a link is missing are not among them:
 * `widenedBy` says how many there are. The answer is kept, so that a hold can be proposed on it by its `id`.
 * @throws NotFound for a finding that was not given; what the filter throws for an expression
 */
export async function contain(warehouse: Warehouse, question: ContainQuestion): Promise<ContainAnswer> {
  const {target: sought, asOf: _, ...narrowed} = question;
  const {edition} = warehouse.persons;
  const answer = await warehouse.read(question.asOf, async (session, asOf) => {
    const genealogy = await genealogyOf(warehouse, session, asOf);
    const plant = {session, genealogy, habits: await habitsOf(warehouse, session, genealogy, asOf), asOf};
    const target = await targetOf(warehouse, session, sought, asOf);
    const suspects = await findSuspects(plant, target, narrowed);
    await session.integerTable('suspects', {part: suspects.parts});
    await session.integerTable('suspect_lots', {lot: suspects.lots});
    const loose = suspects.parts.filter(part => genealogy.lotOf(part, asOf) < 0);
    const described = await describe(session, [...suspects.parts, ...suspects.lots], genealogy, asOf);
    return {
      id: idOf(sought, narrowed, asOf),
      asOf,
      basis: target.words,
      permalink: permalinkOf(sought, narrowed, asOf),
      ...(await whereabouts(session, target.kind === 'lot' ? target.lot : null)),
      parts: suspects.parts.length,
      blast: await blastRadius(session),
      looseParts: Array.from(loose, part => described.get(part)!.id).sort(),
      completeness: await completenessOf(plant, [...described.values()]),
      widenedBy: await widening(plant, target, narrowed, suspects),
    };
  });
  await keep(warehouse, edition, answer);
  return answer;
}

/** A population that was contained before, exactly as it was answered. @throws NotFound */
export async function contained(warehouse: Warehouse, id: string): Promise<ContainAnswer> {
  const unknown = `nothing was contained under "${id}" here: ask again with "fishbone contain"`;
  if (!/^c[0-9a-f]{16}$/.test(id)) throw new NotFound(unknown);
  const text = await readFile(pathOf(warehouse.folder, id), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new NotFound(unknown, {cause: error});
    throw error;
  });
  const kept = JSON.parse(text) as {lots: Pick<Lot, 'lot' | 'where' | 'location' | 'parts'>[]};
  // Populations were contained before these were told of a lot.
  const lots = kept.lots.map(lot => {
    const then = {
      material: null,
      role: 'production' as const,
      of: 0,
      seenBy: null,
      seenAt: null,
      ...(lot as Partial<Lot>),
    };
    const whole = {...then, ...lot};
    const {where, location, parts, seenBy, seenAt} = whole;
    return {...whole, places: whole.places ?? [{where, location, parts, seenBy, seenAt}]};
  });
  return ContainAnswer.parse({...told(lots, []), ...kept, lots});
}

async function targetOf(warehouse: Warehouse, session: Session, sought: string, asOf: number): Promise<Target> {
  const found = await findFinding(warehouse.folder, sought);
  if (found) {
    const {finding, question} = found;
    const expression = filterOf(finding);
    const scope = {product: question.product, where: question.where};
    const within = Object.values(scope).filter(text => text !== undefined);
    const words = `parts with ${expression}${within.length > 0 ? `, within ${within.join(' and ')}` : ''} (finding ${sought}: ${finding.sentence})`;
    return {kind: 'filter', expression, scope, words};
  }
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
        near.length > 0 ? `; lots near it: ${near.join(', ')}` : ''
      }`,
    );
  }
  return {kind: 'filter', expression: sought, scope: {}, words: `parts with ${sought}, and what they went into`};
}

/** The exposed parts and all that they went into, with the production lots of both; a lot also as a whole. */
async function findSuspects({session, genealogy, asOf}: Plant, target: Target, narrowed: Scope): Promise<Suspects> {
  const isNarrowed = Object.values(narrowed).some(bound => bound !== undefined);
  // The lot itself is suspect as a whole only where the question does not narrow its parts.
  if (target.kind === 'lot' && !isNarrowed) {
    return withLotsOfParts(genealogy, genealogy.wentInto([target.lot], asOf).items, asOf);
  }
  await prepareHistory(session, 'subjects');
  if (target.kind === 'lot') {
    const {parts} = suspectsAmong(genealogy, genealogy.wentInto([target.lot], asOf).items);
    await session.integerTable('exposed', {part: parts});
  } else {
    const {sql, bindings} = await filteredParts(session, target.expression);
    await session.run(`create or replace temp table exposed as ${sql}`, bindings);
  }
  await keepWithin(session, target.scope);
  await keepWithin(session, narrowed);
  const {n} = await session.row<{n: number}>('select count(*) as n from exposed');
  const [exposed] = await session.integers('select part from exposed', n);
  return withLotsOfParts(genealogy, genealogy.wentInto(exposed, asOf).items, asOf);
}

function withLotsOfParts(genealogy: Genealogy, items: Int32Array, asOf: number): Suspects {
  const all = new Set(items);
  for (const item of items) {
    const lot = genealogy.lotOf(item, asOf);
    if (lot >= 0) all.add(lot);
  }
  return suspectsAmong(genealogy, Int32Array.from(all));
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

/** The same question at the same position has the same id, whoever asks and whenever. */
function idOf(target: string, scope: Scope, asOf: number): string {
  const digest = createHash('sha256').update(canonicalJson({target, scope, asOf}));
  return `c${digest.digest('hex').slice(0, 16)}`;
}

function permalinkOf(target: string, scope: Scope, asOf: number): string {
  const given = Object.entries({target, ...scope, asOf}).filter(([, value]) => value !== undefined);
  return `/contain?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

type Lot = ContainAnswer['lots'][number];

const pathOf = (folder: string, id: string) => join(folder, 'answers', `${id}.json`);

/** A copy of what can be asked again: it need not be on the disk when the answer is given, but it is whole or not there. */
async function keep({folder, persons}: Warehouse, edition: number, answer: ContainAnswer): Promise<void> {
  await mkdir(join(folder, 'answers'), {recursive: true});
  const path = pathOf(folder, answer.id);
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  await writeFile(temporary, JSON.stringify(answer));
  await rename(temporary, path);
  // A person whom it names may have been erased meanwhile.
  if (persons.edition !== edition) await rm(path, {force: true});
}
