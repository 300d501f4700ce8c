import {DEFECTS} from './catalogue.ts';
import type {Plant} from './model.ts';
import {random} from './random.ts';
import {startOf} from './routing.ts';

/** A second run through a step, and the second inspection after it. */
interface Rework {
  part: number;
  step: number;
  begin: number;
  reinspected: number;
  /** The defects that the second inspection still finds. */
  left: number;
}

export interface History {
  /** The end of the record, in work seconds. */
  now: number;
  /** The first of the newest lots, which have images and no results. */
  uninspectedFrom: number;
  /** In the order of the parts. */
  rework: Rework[];
  /** Parts that failed for good, and when that was decided. */
  scrapped: {part: number; at: number}[];
  /** For each part: 0 not looked at again, 1 confirmed, 2 rejected by a person. */
  verified: Uint8Array;
}

/** Six in ten parts that can be put right are; the others, and those that cannot, are scrapped. */
const REWORKED = 0.6;
const PUT_RIGHT = 0.85;

/** What happened to the parts after their first inspection. */
export function afterInspection(plant: Plant): History {
  const {settings, steps, lots, route, observed, defects} = plant;
  const draw = random(settings.seed, 'history');
  const inspect = steps.length - 1;
  const ends = lots.map(({size}, lot) => route.begin[inspect][lot] + size * steps[inspect].cycleSeconds + 60);
  const now = Math.max(...ends) + 3600;
  const uninspectedFrom = Math.max(0, lots.length - settings.uninspectedLots);
  const history: History = {now, uninspectedFrom, rework: [], scrapped: [], verified: new Uint8Array(observed.length)};
  for (let part = 0; part < observed.length; part++) {
    const lot = plant.partLot[part];
    if (observed[part] === 0 || lot >= uninspectedFrom) continue;
    const real = (observed[part] & defects[part]) !== 0;
    const looked = draw.uniform();
    history.verified[part] = real ? (looked < 0.55 ? 1 : 0) : looked < 0.85 ? 2 : 0;
    if (history.verified[part] === 2) continue;
    const step = reworkStep(plant, observed[part]);
    const begin = ends[lot] + draw.between(3600, 6 * 3600);
    const reinspected = begin + 2 * (steps[step]?.durationSeconds ?? 0) + draw.between(1200, 5400);
    if (step < 0 || draw.uniform() > REWORKED) {
      if (ends[lot] + 7200 < now) history.scrapped.push({part, at: ends[lot] + 7200});
    } else if (reinspected < now) {
      const left = draw.uniform() < PUT_RIGHT ? 0 : observed[part];
      history.rework.push({part, step, begin, reinspected, left});
      if (left > 0 && reinspected + 3600 < now) history.scrapped.push({part, at: reinspected + 3600});
    }
  }
  return history;
}

/** The step that can put all of the defects right: that of the first, if each can be; else -1. */
function reworkStep({steps}: Plant, seen: number): number {
  const found = DEFECTS.filter((_, d) => (seen >> d) & 1);
  if (found.some(({rework}) => rework === null)) return -1;
  return steps.findIndex(({step}) => step === found[0].rework);
}

/** When the first inspection of a part was taken, in work seconds. */
export function inspectedAt({steps, route, partLot, partPosition}: Plant, part: number): number {
  const inspect = steps.length - 1;
  return startOf(steps, route, inspect, partLot[part], partPosition[part]) + steps[inspect].durationSeconds;
}

/** People are told by codes: who worked at a step for this crew on this lot. */
export function operatorCode(seed: number, crew: number, step: number, lot: number): string {
  // Nine people a crew; each step is known to three of them.
  const person = crew * 9 + ((step * 2 + (lot % 3)) % 9);
  const code = (Math.imul(person + 1, 0x9e3779b1) ^ Math.imul(seed + 7, 0x85ebca6b)) >>> 16;
  return `OP-${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
