/** From a finding, a lot or a filter to the suspect population: which parts and lots, and where they are now. */
import {createHash} from 'node:crypto';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {ContainAnswer, type ContainQuestion} from './answers.ts';
import {blastRadius} from './blast-radius.ts';
import type {Boundary} from './boundary-answers.ts';
import {completenessOf} from './completeness.ts';
import {type Described, describe} from './described.ts';
import {circlesAmong} from './genealogy/circles.ts';
import {genealogyOf} from './genealogy/read.ts';
import {habitsOf} from './habits.ts';
import {canonicalJson} from './ledger-chain.ts';
import {NotFound} from './not-found.ts';
import type {Warehouse} from './store.ts';
import {findSuspects, targetOf} from './suspects.ts';
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
  const {asOf: wanted, ...sought} = question;
  const {edition} = warehouse.persons;
  const answer = await warehouse.read(wanted, async (session, asOf) => {
    const genealogy = await genealogyOf(warehouse, session, asOf);
    const plant = {session, genealogy, habits: await habitsOf(warehouse, session, genealogy, asOf), asOf};
    const target = await targetOf(warehouse, session, sought, asOf);
    const {suspects, boundary, notes} = await findSuspects(plant, target, sought);
    await session.integerTable('suspects', {part: suspects.parts});
    await session.integerTable('suspect_lots', {lot: suspects.lots});
    const loose = suspects.parts.filter(part => genealogy.lotOf(part, asOf) < 0);
    const described = await describe(session, [...suspects.parts, ...suspects.lots], genealogy, asOf);
    const circular = circlesAmong(genealogy, [suspects.parts, suspects.lots], asOf).map(item => described.get(item)!);
    // Parts go where their lots go, and need not be named beside them.
    const circles = circular.some(({kind}) => kind === 'lot') ? circular.filter(({kind}) => kind === 'lot') : circular;
    const id = idOf(sought, asOf);
    return {
      id,
      asOf,
      basis: basisOf(target, sought, boundary),
      permalink: permalinkOf(id, sought, asOf),
      ...(target.kind === 'list' ? {listed: listedIn(sought)} : {}),
      ...(await whereabouts(session, target.kind === 'lot' ? [target.lot] : target.kind === 'list' ? target.lots : [])),
      parts: suspects.parts.length,
      blast: await blastRadius(session),
      boundary,
      looseParts: Array.from(loose, part => described.get(part)!.id).sort(),
      completeness: await completenessOf(plant, [...described.values()], circles),
      widenedBy: await widening(plant, target, sought, suspects),
      notes: circles.length > 0 ? [...notes, circleTold(circles)] : notes,
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

/** A circle makes suspects of what only seems to come after: who decides about a hold has to know. */
function circleTold(circles: readonly Described[]): string {
  const ids = circles.map(({kind, id}) => `${kind} ${id}`).sort();
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '';
  return `the genealogy has a circle: ${ids.slice(0, NAMED).join(', ')}${more} went into themselves by way of one another; one of these links is wrong, and until it is known which, all of them are suspect`;
}

const NAMED = 5;

type Sought = Omit<ContainQuestion, 'asOf'>;

function basisOf({words}: Target, {boundary: chosen, processedFrom, processedTo}: Sought, boundary: Boundary | null) {
  const bounds = [
    processedFrom === undefined ? '' : ` from ${processedFrom}`,
    processedTo === undefined ? '' : ` before ${processedTo}`,
  ].join('');
  const within = bounds === '' ? words : `${words}, processed${bounds}`;
  const line = boundary?.candidates.find(({name}) => name === chosen);
  return line ? `${line.what}, ${boundary!.order}; around ${within}` : within;
}

const listedIn = ({parts = [], lots = [], sql}: Sought) => ({parts, lots, sql: sql ?? null});

/** The same question at the same position has the same id, whoever asks and whenever. */
function idOf({target, parts, lots, sql, ...scope}: Sought, asOf: number): string {
  const list = parts === undefined && lots === undefined ? {} : {parts, lots, sql};
  const digest = createHash('sha256').update(canonicalJson({target, ...list, scope, asOf}));
  return `c${digest.digest('hex').slice(0, 16)}`;
}

/** A list is too long for a link: the population itself is named. */
function permalinkOf(id: string, {parts, lots, sql, ...asked}: Sought, asOf: number): string {
  const isList = parts !== undefined || lots !== undefined || sql !== undefined;
  const given = Object.entries({...(isList ? {contained: id} : {}), ...asked, asOf});
  const said = given.filter(([, value]) => value !== undefined);
  return `/contain?${new URLSearchParams(said.map(([name, value]) => [name, String(value)]))}`;
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
