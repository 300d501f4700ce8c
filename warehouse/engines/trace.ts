/** What an item of any plant was made from and where it went, and which parts and lots a suspicion reaches. */
import {NotFound} from '../not-found.ts';
import {QuestionError} from '../question-error.ts';
import type {CompanyContained, CompanyTrace} from './answers.ts';
import type {Asking, Company} from './company.ts';
import {type Item, lotsOf, madeFrom, membersOf, type Reached, wentInto} from './genealogy.ts';
import {type CompanyScope, everyPart, inScope} from './parts.ts';

const ONLY = 'history, completeness and siblings are told at the plant';

/**
 * @param id of a part or a lot; `plant/id` where several plants have it
 * @throws NotFound; QuestionError where kind or plant must be said; EngineError
 */
export async function companyTrace(
  company: Company,
  {id, kind}: {id: string; kind?: Item['kind']},
  signal?: AbortSignal,
): Promise<CompanyTrace> {
  const asking = company.asking(signal);
  const item = await findItem(asking, id, kind);
  const related = (reached: readonly Reached[]) =>
    reached
      .filter(({depth}) => depth > 0)
      .sort((a, b) => a.depth - b.depth || compared(a.kind, b.kind) || compared(a.id, b.id));
  return {
    ...item,
    backward: related(await madeFrom(asking, [item])),
    forward: related(await wentInto(asking, [item])),
    notes: [...company.notes, ONLY],
  };
}

const compared = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Items that any row names as a part or a lot. */
async function findItem(asking: Asking, asked: string, kind?: Item['kind']): Promise<Item> {
  const slash = asked.indexOf('/');
  const named = slash > 0 && asking.company.plants.some(({plant}) => plant === asked.slice(0, slash));
  const ids = named ? [asked, asked.slice(slash + 1)] : [asked];
  const among = () => ids.map(id => asking.value(id)).join(', ');
  const of = (table: string, column: string, as: Item['kind']) =>
    `select plant, '${as}' as kind, ${column} as id from ${asking.table(table, column)} t where ${column} in (${among()})`;
  const ofLinks = (side: 'parent' | 'child') =>
    `select plant, ${side}_kind as kind, ${side} as id from ${asking.table('genealogy', side, `${side}_kind`)} g where ${side} in (${among()})`;
  const found = await asking.rows<Item>(
    `select distinct plant, kind, id from (${[
      of('parts', 'part', 'part'),
      of('parts', 'lot', 'lot'),
      of('lots', 'lot', 'lot'),
      of('inspections', 'part', 'part'),
      of('operations', 'part', 'part'),
      of('operations', 'lot', 'lot'),
      ofLinks('parent'),
      ofLinks('child'),
    ].join(' union all ')}) f order by plant, kind, id`,
  );
  const fits = ({plant, id, kind: own}: Item) =>
    (id === asked || (named && plant === asked.slice(0, slash))) && (kind === undefined || own === kind);
  const matches = found.filter(fits);
  if (matches.length === 1) return matches[0];
  if (matches.length === 0) throw new NotFound(`no row of these plants names "${asked}"`);
  const plants = [...new Set(matches.map(({plant}) => plant))];
  if (plants.length > 1)
    throw new QuestionError(
      `${plants.length} plants have "${asked}": ask for ${plants.map(p => `${p}/${asked}`).join(' or ')}`,
    );
  throw new QuestionError(`"${asked}" is a part and a lot: say kind part or lot`);
}

/**
 * The parts that a filter exposes, or a lot, and whatever they went into; their production lots, and the lots that these went
 * into. Where they are, how sure a line can be drawn, and what missing links would widen it by is told at the plant.
 * @throws NotFound, QuestionError, EngineError
 */
export async function companyContain(
  company: Company,
  {target, ...scope}: {target: string} & CompanyScope,
  signal?: AbortSignal,
): Promise<CompanyContained> {
  const asking = company.asking(signal);
  const isFilter = /[=<>]|\s(in|is)\s/i.test(target);
  const asked = isFilter ? null : await findItem(asking, target, 'lot');
  if (asked !== null && Object.values(scope).some(bound => bound !== undefined))
    throw new QuestionError('a lot is suspect as a whole: it is not narrowed', {
      hint: "ask for material.<material>.lot = '...'",
    });
  const exposed = asked === null ? await exposedParts(asking, target, scope) : [asked];
  const reached = await wentInto(asking, exposed);
  const parts = reached.filter(({kind}) => kind === 'part');
  const production = await lotsOf(asking, parts);
  const keyOf = ({plant, id}: {plant: string; id: string}) => `${plant}\n${id}`;
  const lots = new Map([...production, ...reached.filter(({kind}) => kind === 'lot')].map(lot => [keyOf(lot), lot]));
  const lotOfPart = new Map<string, string>();
  const members = new Map<string, number>();
  const suspect = new Set(parts.map(keyOf));
  for (const {plant, id: part, lot} of await membersOf(asking, [...lots.values()])) {
    const key = keyOf({plant, id: lot});
    members.set(key, (members.get(key) ?? 0) + 1);
    if (suspect.has(keyOf({plant, id: part}))) lotOfPart.set(keyOf({plant, id: part}), key);
  }
  const suspects = new Map<string, number>();
  for (const key of lotOfPart.values()) suspects.set(key, (suspects.get(key) ?? 0) + 1);
  return {
    basis:
      asked === null ? `parts with ${target}, and what they went into` : `lot ${target}, and all that it went into`,
    parts: parts.length,
    lots: [...lots.entries()]
      .map(([key, {plant, id}]) => ({
        plant,
        lot: id,
        role:
          asked !== null && keyOf(asked) === key
            ? ('asked' as const)
            : (suspects.get(key) ?? 0) > 0
              ? ('production' as const)
              : ('consumer' as const),
        parts: suspects.get(key) ?? 0,
        of: members.get(key) ?? 0,
      }))
      .sort((a, b) => b.parts - a.parts || compared(a.lot, b.lot) || compared(a.plant, b.plant)),
    looseParts: parts
      .filter(part => !lotOfPart.has(keyOf(part)))
      .map(({plant, id}) => ({plant, part: id}))
      .sort((a, b) => compared(a.part, b.part) || compared(a.plant, b.plant)),
    notes: [
      ...company.notes,
      'where they are, boundaries and what missing links would add are told at the plant; a hold is proposed there',
    ],
  };
}

/** Inspected or not: a window of inspection leaves out what nobody inspected. */
async function exposedParts(asking: Asking, expression: string, scope: CompanyScope): Promise<Item[]> {
  const where = scope.where === undefined ? expression : `(${expression}) and (${scope.where})`;
  const read = asking.within(scope);
  const rows = await inScope(read, everyPart(read), {...scope, where});
  return asking.rows<Item>(`select plant, 'part' as kind, part as id from ${rows} e`);
}
