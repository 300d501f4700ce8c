/** Where suspect lots and parts are: told part by part, because parts of a lot may have gone apart. */
import type {ContainAnswer, Place} from './answers.ts';
import {counted} from './counted.ts';
import type {Session} from './duckdb.ts';
import {query} from './queries.ts';

type Lot = ContainAnswer['lots'][number];
type Whereabouts = Pick<
  ContainAnswer,
  'lots' | 'places' | 'inHouse' | 'partlyInHouse' | 'gone' | 'unknown' | 'whereabouts'
>;

/** Of the temporary tables `suspects` and `suspect_lots`; leaves `suspect_told`, a row a part. @param asked the lots that were asked for */
export async function whereabouts(session: Session, asked: readonly number[]): Promise<Whereabouts> {
  type LotRow = Omit<Lot, keyof Omit<Place, 'parts'> | 'places'> & {[column: string]: unknown; item: number};
  const lots = await session.rows<LotRow>(query('suspect-lots'), {asked: asked.length > 0 ? [...asked] : null});
  for (const name of ['suspect-seen', 'suspect-told'])
    await session.run(`create or replace temp table ${name.replace('-', '_')} as ${query(name)}`);
  const rows = await session.rows<Place & {[column: string]: unknown; item: number | null}>(query('suspect-places'));
  const placesOf = new Map<number | null, Place[]>();
  for (const {item, ...place} of rows) {
    const places = placesOf.get(item) ?? [];
    placesOf.set(item, places);
    places.push(place as unknown as Place);
  }
  return told(
    lots.map(({item, ...lot}) => {
      const all = placesOf.get(item)!;
      const {where, location, seenBy, seenAt} = all[0];
      return {
        ...(lot as Pick<Lot, 'lot' | 'material' | 'role' | 'parts' | 'of'>),
        where,
        location,
        seenBy,
        seenAt,
        places: all,
      };
    }),
    placesOf.get(null) ?? [],
  );
}

/** @param loose where the parts are that belong to no lot */
export function told(lots: Lot[], loose: readonly Place[]): Whereabouts {
  const of = {inHouse: 0, partlyInHouse: 0, gone: 0, unknown: 0};
  for (const {places} of lots) of[stateOf(places)]++;
  const places = byWhere([...lots.flatMap(lot => lot.places), ...loose]);
  return {lots, places, ...of, whereabouts: lots.length > 0 ? lotsInWords(lots.length, of) : partsInWords(places)};
}

const IN_HOUSE: readonly Place['where'][] = ['in-process', 'stock', 'quarantine'];

/** Scrap is in nobody's way: it counts only where there is nothing else. */
function stateOf(all: readonly Place[]) {
  const places = all.filter(({where}) => where !== 'scrapped');
  const inHouse = places.filter(({where}) => IN_HOUSE.includes(where)).length;
  if (inHouse > 0) return inHouse === places.length ? 'inHouse' : 'partlyInHouse';
  return places.some(({where}) => where === 'unknown') ? 'unknown' : 'gone';
}

function byWhere(all: readonly Place[]): ContainAnswer['places'] {
  const sums = new Map<Place['where'], number>();
  for (const {where, parts} of all) if (parts > 0) sums.set(where, (sums.get(where) ?? 0) + parts);
  return [...sums]
    .map(([where, parts]) => ({where, parts}))
    .sort((a, b) => b.parts - a.parts || (a.where < b.where ? -1 : 1));
}

function lotsInWords(
  all: number,
  {inHouse, partlyInHouse, gone, unknown}: Pick<Whereabouts, 'inHouse' | 'partlyInHouse' | 'gone' | 'unknown'>,
): string {
  if (inHouse === all) return all === 1 ? 'the lot is still in house' : 'all lots are still in house';
  if (unknown === all) return all === 1 ? 'where it is, no row says' : 'where the lots are, no row says';
  return [
    `${counted(inHouse, 'lot')} ${unknown > 0 ? 'known to be in house' : 'still in house'}`,
    partlyInHouse > 0 ? `${partlyInHouse} in part` : '',
    gone > 0 ? `${gone} gone` : '',
    unknown > 0 ? `${unknown} at unknown places` : '',
  ]
    .filter(text => text !== '')
    .join(', ');
}

function partsInWords(places: ContainAnswer['places']): string {
  if (places.every(({where}) => where === 'unknown')) return 'where they are, no row says';
  return places
    .map(({where, parts}) => `${counted(parts, 'part')} ${where === 'unknown' ? 'at an unknown place' : where}`)
    .join(', ');
}
