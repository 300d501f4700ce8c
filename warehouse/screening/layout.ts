import {type CategoryMargins, categoryMargins} from './category-margins.ts';
import {type Cells, cellsOf} from './cells.ts';
import type {Factor, Frame} from './frame.ts';
import {type NumberMargins, numberMargins} from './number-margins.ts';
import {type Slots, slotsOf} from './slots.ts';

type Category = Extract<Factor, {kind: 'category'}>;
type Numeric = Extract<Factor, {kind: 'number'}>;

/**
 * What parts, lots and strata fix before any outcome is looked at: the cells, and of each factor its counts and centred
 * sums by cell. Worked out when first asked for; a question about other outcomes of the same parts finds it ready.
 */
export class Layout {
  readonly cells: Cells;
  readonly #slots = new Map<Int32Array, Slots>();
  readonly #numbers = new Map<string, NumberMargins>();
  readonly #categories = new Map<string, CategoryMargins>();

  constructor(frame: Frame, keep: Uint8Array) {
    this.cells = cellsOf(frame, keep);
  }

  number(factor: Numeric): NumberMargins {
    return known(this.#numbers, factor.name, () => {
      const slots = known(this.#slots, factor.rows, () => slotsOf(this.cells, factor.rows));
      return numberMargins(slots, factor);
    });
  }

  category(factor: Category): CategoryMargins {
    return known(this.#categories, factor.name, () => categoryMargins(this.cells, factor.codes, factor.levels.length));
  }
}

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const before = map.get(key);
  if (before !== undefined) return before;
  const made = make();
  map.set(key, made);
  return made;
}
