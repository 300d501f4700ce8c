import type {Evidence} from './evidence.ts';

export type Place = readonly (string | number)[];
type Branch = Record<string, unknown>;

/** A mapping that grows line by line, each line with what speaks for it. */
export class Draft {
  readonly mapping: Branch = {};
  readonly #evidence = new Map<string, Evidence>();

  set(place: Place, value: unknown, evidence?: Evidence): void {
    let at: Branch = this.mapping;
    for (const [k, key] of place.slice(0, -1).entries()) {
      at[key] ??= typeof place[k + 1] === 'number' ? [] : {};
      at = at[key] as Branch;
    }
    at[place.at(-1)!] = value;
    if (evidence) this.#evidence.set(JSON.stringify(place), evidence);
  }

  has(table: string): boolean {
    return table in ((this.mapping.tables ?? {}) as Branch);
  }

  /** Its lines in the order in which they stand, with how sure each is. */
  lines(): {place: string; confidence: number; why: string}[] {
    return [...this.#evidence].map(([place, evidence]) => ({
      place: (JSON.parse(place) as Place).join('.'),
      ...evidence,
    }));
  }

  /** JSON with comments: what speaks for a line stands behind it. */
  text(): string {
    return `${this.#written(this.mapping, [], '')}\n`;
  }

  #written(value: unknown, place: Place, indent: string): string {
    if (!this.#isSplit(value, place)) return JSON.stringify(value);
    const isList = Array.isArray(value);
    const entries = isList ? value.map((item, k) => [k, item] as const) : Object.entries(value as Branch);
    const inner = `${indent}  `;
    const lines = entries.map(([key, item], k) => {
      const here = [...place, key];
      const comma = k < entries.length - 1 ? ',' : '';
      const evidence = this.#evidence.get(JSON.stringify(here));
      const said = evidence ? ` // ${evidence.confidence.toFixed(2)} ${evidence.why.replaceAll(/\s+/g, ' ')}` : '';
      return `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${this.#written(item, here, inner)}${comma}${said}`;
    });
    return `${isList ? '[' : '{'}\n${lines.join('\n')}\n${indent}${isList ? ']' : '}'}`;
  }

  /** Whatever has lines with evidence in it is written on several. */
  #isSplit(value: unknown, place: Place): boolean {
    if (typeof value !== 'object' || value === null) return false;
    if (place.length === 0) return true;
    const within = `${JSON.stringify(place).slice(0, -1)},`;
    return [...this.#evidence.keys()].some(key => key.startsWith(within));
  }
}
