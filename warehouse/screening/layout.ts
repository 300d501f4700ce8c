import {type CategoryMargins, categoryMargins} from './category-margins.ts';
import {type Cells, cellsOf} from './cells.ts';
import type {Factor, Frame} from './frame.ts';
import {type NumberMargins, numberMargins} from './number-margins.ts';
import {remembered} from './remembered.ts';
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
    return remembered(this.#numbers, factor.name, () => {
      const slots = remembered(this.#slots, factor.rows, () => slotsOf(this.cells, factor.rows));
      return numberMargins(slots, factor);
    });
  }

  category(factor: Category): CategoryMargins {
    return remembered(this.#categories, factor.name, () =>
      categoryMargins(this.cells, factor.codes, factor.levels.length),
    );
  }
}
