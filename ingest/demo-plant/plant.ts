import {DEFECTS} from './catalogue.ts';
import {type Exposure, expose} from './exposure.ts';
import {buildFactory} from './factory.ts';
import {partsOf, releaseLots} from './lots.ts';
import {consumeMaterials} from './materials.ts';
import type {Plant, PlantOptions, Settings} from './model.ts';
import {drawDefects} from './outcomes.ts';
import {random} from './random.ts';
import {routeLots} from './routing.ts';
import {DEFAULTS, scenarioNamed} from './scenarios.ts';
import {tell} from './truth.ts';
import {measure} from './values.ts';

export type {Plant, PlantOptions} from './model.ts';

/**
 * A plant with known truth: the same options always give the same plant. Pure, so that a benchmark can make thousands.
 * @throws if the scenario is unknown, or the plant too small for its cause
 */
export function makePlant(options: PlantOptions = {}): Plant {
  const settings = settle(options);
  const {cause} = scenarioNamed(settings.scenario);
  // What stands on the floor, what is to be made, out of what, and where and when.
  const factory = buildFactory(settings);
  const {workOrders, lots} = releaseLots(settings, factory.products);
  const materials = consumeMaterials(settings, factory.steps, lots, cause);
  const mostly = factory.products.findIndex(({product}) => cause?.kind === 'tool' && product === cause.product);
  const route = routeLots(settings, factory.steps, lots, cause, mostly);
  const values = measure(settings, factory, lots, route, cause);
  // What acted on which parts, and what came of it.
  const floor = {...factory, lots, materials, route, values};
  const parts = partsOf(lots);
  const exposure: Exposure | null = cause ? expose(cause, floor) : null;
  const exposed = exposure?.exposed ?? new Uint8Array(parts.partLot.length);
  const {defects, observed, badLots} = drawDefects(settings, floor, cause, exposed);
  const partCavity = cavities(settings, factory.steps[0].cavities, parts.partLot.length);
  const plant = {settings, cause, ...floor, workOrders, ...parts, partCavity, defects, observed, exposed};
  return {...plant, truth: tell(plant, exposure, badLots)};
}

function settle(options: PlantOptions): Settings {
  const {options: planned} = scenarioNamed(options.scenario ?? DEFAULTS.scenario);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = {...DEFAULTS, ...planned, ...given};
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'number' && !(value >= 0)) throw new Error(`invalid ${name}: ${value}`);
  }
  for (const name of ['lots', 'partsPerLot', 'products', 'stationsPerStep', 'toolsPerStep'] as const) {
    if (settings[name] < 1) throw new Error(`invalid ${name}: ${settings[name]}; at least 1`);
  }
  return settings;
}

function cavities({seed}: Settings, count: number, parts: number): Uint8Array {
  const draw = random(seed, 'cavities');
  return Uint8Array.from({length: parts}, () => draw.below(count));
}

/** The bit of a defect in `defects` and `observed`. @throws if there is no such defect */
export function defectBit(defect: string): number {
  const index = DEFECTS.findIndex(each => each.defect === defect);
  if (index < 0) throw new Error(`no defect '${defect}'`);
  return 1 << index;
}
