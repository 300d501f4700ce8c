/** Screening methods side by side on small plants with known truth: the same plants for all of them. */
import type {PlantOptions} from './plant.ts';
import {type Method, type Outcome, tallyOf, tryPlant} from './trial.ts';

type Kind = Omit<PlantOptions, 'seed'>;

/** 60 lots of about 40 parts, 21 factors, two parts of a lot correlated by 0.03: a few dozen are tried in seconds. */
const SMALL: Kind = {lots: 60, partsPerLot: 40, steps: 9, numbers: 4, correlation: 0.03};

/** What may be planted, by what people call it. */
export const SMALL_PLANTS = {
  'nothing planted': SMALL,
  'a tool, four times the rate': {...SMALL, cause: {kind: 'tool', ratio: 4}},
  'the same, and products steer routing': {...SMALL, confounded: true, cause: {kind: 'tool', ratio: 4}},
} as const satisfies Record<string, Kind>;

export interface Compared {
  method: string;
  plants: number;
  /** Plants whose planted cause was claimed, and in which it was ranked first; null where nothing was planted. */
  claimed: number | null;
  first: number | null;
  /** Plants with at least one claim that blames what was not planted. */
  anyFalse: number;
  /** Median risk ratio given to the planted factor; null where the method gives none. */
  effect: number | null;
}

/**
 * Plant after plant, of seeds first..first + plants - 1.
 * @returns after each plant what all of them so far say, a row a method; the last is the answer
 */
export function* compare(
  kind: Kind,
  methods: Readonly<Record<string, Method>>,
  {plants, first = 1}: {plants: number; first?: number},
): Generator<Compared[]> {
  const outcomes: Outcome[][] = [];
  for (let seed = first; seed < first + plants; seed++) {
    outcomes.push(tryPlant({...kind, seed}, Object.values(methods)));
    yield Object.keys(methods).map((method, k) => {
      const tally = tallyOf(outcomes.map(ofPlant => ofPlant[k]));
      const isPlanted = kind.cause !== undefined;
      return {
        method,
        plants: tally.plants,
        claimed: isPlanted ? tally.claimed : null,
        first: isPlanted ? tally.first : null,
        anyFalse: tally.anyFalse,
        effect: tally.effect,
      };
    });
  }
}
