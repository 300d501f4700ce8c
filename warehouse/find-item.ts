/** From an id, as a person types or scans it, to the parts and lots that it stands for. */
import type {ItemKind} from './answers.ts';
import {quoteText, type Session} from './duckdb.ts';
import {nearNames} from './near-names.ts';
import {NotFound} from './not-found.ts';
import {QuestionError} from './question-error.ts';

export interface Found {
  kind: ItemKind;
  /** The key of the part or lot itself; of a work order the keys of its parts. */
  items: number[];
}

/**
 * @param kind needed where one id is several things
 * @throws NotFound for an id that no row up to the position names, with ids near it; QuestionError for an id that is several things
 */
export async function findItem(session: Session, id: string, kind: ItemKind | undefined, asOf: number): Promise<Found> {
  const found = await kindsOf(session, id, kind, asOf);
  if (found.length === 0) {
    const sought = kind === undefined ? 'part, lot or work order' : kind.replace('_', ' ');
    const near = await nearIds(session, id, kind, asOf);
    const hint = near.length > 0 ? `; near it: ${idsTold(near)}` : '';
    throw new NotFound(`no row up to this position names a ${sought} ${visible(id)}${hint}`);
  }
  if (found.length > 1) {
    const kinds = found.map(f => f.kind).join(' and a ');
    throw new QuestionError(`"${id}" is a ${kinds}: say which kind is meant`);
  }
  const [only] = found;
  if (only.kind !== 'work_order') return {kind: only.kind, items: [only.item!]};
  const parts = await session.rows<{part: number}>(
    `select part from now.parts where work_order = ${quoteText(id)} order by part`,
  );
  return {kind: 'work_order', items: parts.map(p => p.part)};
}

/** A line end or a tab at the end of an id, as scanners and files leave one, has to be seen. */
const visible = (id: string) => (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(id) ? JSON.stringify(id) : `"${id}"`);

/** The key of a lot, or null. */
export async function findLot(session: Session, id: string, asOf: number): Promise<number | null> {
  return (await kindsOf(session, id, 'lot', asOf))[0]?.item ?? null;
}

/** A literal, not a bound value: the engine then passes over blocks that cannot hold it. */
async function kindsOf(session: Session, id: string, kind: ItemKind | undefined, asOf: number) {
  const text = quoteText(id);
  const items = `select kind, item from fact.items where id = ${text} and batch <= ${asOf}
    ${kind === undefined ? '' : `and kind = ${quoteText(kind)}`}`;
  const orders = ['work_orders', 'parts', 'operations'].map(
    table => `exists (from fact.${table} where work_order = ${text} and batch <= ${asOf})`,
  );
  const order = `select 'work_order' as kind, null as item where ${orders.join(' or ')}`;
  const arms = kind === undefined ? [items, order] : [kind === 'work_order' ? order : items];
  return session.rows<{kind: ItemKind; item: number | null}>(`${arms.join(' union all ')} order by kind`);
}

/** Ids in a sentence; one that begins or ends with a blank stands between quotes, where that is seen. */
export const idsTold = (ids: readonly string[]): string =>
  ids.map(id => (id.trim() === id && id !== '' ? id : `"${id}"`)).join(', ');

/** More candidates than this are not compared letter by letter. */
const COMPARED = 5000;

/** Ids that somebody may have meant. */
export async function nearIds(
  session: Session,
  id: string,
  kind: ItemKind | undefined,
  asOf: number,
): Promise<string[]> {
  const plain = id.trim().toLowerCase();
  if (plain === '') return [];
  // A slip is rarely in the beginning and in the end.
  const rest = Math.max(1, plain.length - 2);
  const isNear = `(contains(lower(id), $plain) or starts_with(lower(id), $start) or ends_with(lower(id), $end))`;
  const bindings = {plain, start: plain.slice(0, rest), end: plain.slice(-rest)};
  const items = `select id, kind from fact.items where batch <= ${asOf} and ${isNear}`;
  const orders = `select distinct work_order, 'work_order' from fact.work_orders
    where batch <= ${asOf} and ${isNear.replaceAll('(id)', '(work_order)')}`;
  const rows = await session.rows<{id: string; kind: string}>(
    `select id, kind from (${items} union all ${orders}) t(id, kind) ${kind === undefined ? '' : 'where kind = $kind'}
     order by abs(length(id) - length($plain)), id limit ${COMPARED}`,
    kind === undefined ? bindings : {...bindings, kind},
  );
  const known = [...new Set(rows.map(r => r.id))];
  const near = nearNames(id, known);
  return near.length > 0 ? near : known.slice(0, 3);
}
