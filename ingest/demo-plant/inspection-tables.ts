import {instantOf, iso} from './calendar.ts';
import {DEFECTS} from './catalogue.ts';
import {INSPECTOR, NEW_INSPECTOR} from './exposure.ts';
import {type History, inspectedAt} from './history.ts';
import {serial} from './lots.ts';
import type {Plant} from './model.ts';
import {type Random, random} from './random.ts';

const VERIFICATION = ['unverified', 'confirmed', 'rejected'];
/** Side of the inspection's images, in pixels. */
const IMAGE_SIZE = 128;

interface Look {
  part: number;
  number: number;
  at: number;
  seen: number;
  verification: string;
}

/** One line of JSON for each inspection that the cells have reported. */
export function* inspectionLines(plant: Plant, history: History): Generator<string> {
  const {steps, route, partLot} = plant;
  const draw = random(plant.settings.seed, 'confidence');
  const {step, stations} = steps[steps.length - 1];
  for (const {part, number, at, seen, verification} of looks(plant, history)) {
    const changed = plant.cause?.kind === 'inspector' && (plant.exposed[part] === 1 || number > 1);
    yield JSON.stringify({
      inspection: inspectionId(part, number),
      part: serial(part),
      inspected_at: iso(instantOf(at)),
      step,
      station: stations[route.station[steps.length - 1][partLot[part]]],
      inspector: changed ? NEW_INSPECTOR : INSPECTOR,
      result: seen > 0 ? 'fail' : 'pass',
      confidence: rounded(seen > 0 ? draw.between(0.72, 0.995) : draw.between(0.9, 0.999)),
      verification,
    });
  }
}

/** One line of JSON for each defect that these inspections found. */
export function* defectLines(plant: Plant, history: History): Generator<string> {
  const draw = random(plant.settings.seed, 'defect places');
  for (const {part, number, seen} of looks(plant, history)) {
    for (const [d, {defect, severityWeight}] of DEFECTS.entries()) {
      if (!((seen >> d) & 1)) continue;
      const severity = Math.max(1, Math.min(10, Math.round(severityWeight + draw.normal())));
      const confidence = rounded(draw.between(0.68, 0.995));
      const found = {inspection: inspectionId(part, number), defect, severity, confidence};
      yield JSON.stringify({...found, ...place(defect, draw), view: 'top', n: 1});
    }
  }
}

/** First inspections in the order of the parts, then those after rework. */
function* looks({partLot, observed, ...plant}: Plant, {uninspectedFrom, verified, rework}: History): Generator<Look> {
  for (let part = 0; part < observed.length; part++) {
    if (partLot[part] >= uninspectedFrom) continue;
    const at = inspectedAt({...plant, partLot, observed}, part);
    yield {part, number: 1, at, seen: observed[part], verification: VERIFICATION[verified[part]]};
  }
  for (const {part, reinspected, left} of rework) {
    yield {part, number: 2, at: reinspected, seen: left, verification: VERIFICATION[0]};
  }
}

function inspectionId(part: number, number: number): string {
  return `IN-${serial(part)}-${number}`;
}

/** Scratches are long, pores small, stains wide; burrs and wrong dimensions sit on an edge. */
function place(defect: string, draw: Random) {
  const [low, high] = defect === 'scratch' ? [14, 70] : defect === 'stain' ? [24, 56] : [5, 16];
  const [width, height] = [Math.round(draw.between(low, high)), Math.round(draw.between(low, high))];
  const onEdge = defect === 'burr' || defect === 'dimension';
  const x = onEdge && draw.uniform() < 0.5 ? 0 : draw.below(IMAGE_SIZE - width);
  const y = onEdge && x > 0 ? IMAGE_SIZE - height : draw.below(IMAGE_SIZE - height);
  return {x, y, width, height};
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}
