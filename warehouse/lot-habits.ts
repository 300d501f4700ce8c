/** What lots usually name as consumed, at a position: by their materials, from lots and the genealogy in memory. */
import type {Session} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';

export interface LotHabits {
  /** Material and time of making (ms, NaN = unknown) of a lot that a row of `lots` describes. */
  of(lot: number): {material: string; madeAt: number} | null;
  /** Some lot of the material names what went into it, itself or by its parts. */
  namesInputs(material: string): boolean;
  /** Materials whose lots mostly name a lot of `input`, and those lots that name none. */
  unnamed(input: string): {material: string; lots: readonly number[]}[];
}

/** What half of the lots of a material name, the others may have consumed too. */
const MOSTLY = 0.5;

export async function lotHabits(session: Session, genealogy: Genealogy, asOf: number): Promise<LotHabits> {
  const {columns} = await session.columns('select lot, material, epoch_ms(made_at)::double from now.lots order by lot');
  const [lots, materials, madeAt] = columns as [number[], string[], (number | null)[]];
  const place = new Map(lots.map((lot, k) => [lot, k]));
  const ofMaterial = new Map<string, number[]>();
  const naming = new Set<string>();
  // Input -> material -> lots of the material that name a lot of the input.
  const named = new Map<string, Map<string, Set<number>>>();
  for (const [k, lot] of lots.entries()) {
    const material = materials[k];
    const same = ofMaterial.get(material);
    if (same) same.push(lot);
    else ofMaterial.set(material, [lot]);
    if (!naming.has(material) && hasInputs(genealogy, lot, asOf)) naming.add(material);
    genealogy.backward.each(lot, asOf, parent => {
      const p = place.get(parent);
      if (p === undefined) return;
      const byMaterial = named.get(materials[p]) ?? new Map<string, Set<number>>();
      named.set(materials[p], byMaterial);
      const naming = byMaterial.get(material) ?? new Set<number>();
      byMaterial.set(material, naming.add(lot));
    });
  }
  const unnamed = new Map<string, {material: string; lots: number[]}[]>();
  for (const [input, byMaterial] of named) {
    const usual = [...byMaterial].filter(
      ([material, naming]) => naming.size >= MOSTLY * ofMaterial.get(material)!.length,
    );
    unnamed.set(
      input,
      usual
        .map(([material, naming]) => ({material, lots: ofMaterial.get(material)!.filter(lot => !naming.has(lot))}))
        .sort((a, b) => (a.material < b.material ? -1 : 1)),
    );
  }
  return {
    of: lot => {
      const k = place.get(lot);
      return k === undefined ? null : {material: materials[k], madeAt: madeAt[k] ?? Number.NaN};
    },
    namesInputs: material => naming.has(material),
    unnamed: input => unnamed.get(input) ?? [],
  };
}

/** What went in may be recorded for a lot or for its parts. */
export function hasInputs(genealogy: Genealogy, lot: number, asOf: number): boolean {
  if (genealogy.backward.has(lot, asOf)) return true;
  let found = false;
  genealogy.eachMember(lot, asOf, part => {
    found ||= genealogy.backward.has(part, asOf);
  });
  return found;
}
