import {instantOf, iso} from './calendar.ts';
import {csv, type Table} from './file-table.ts';
import type {History} from './history.ts';
import {serial} from './lots.ts';
import type {Plant} from './model.ts';
import {random} from './random.ts';

/** How much of a material one part takes. */
const PER_PART: Record<string, number> = {melt: 1.31, powder: 0.022, fastener: 4};
/** Lots finished within so many work days are recent: two in three of them are still in the house. */
const RECENT_DAYS = 14;

interface Link {
  parent: string;
  child: string;
  at: number;
  quantity: number;
}

interface Move {
  kind: 'lot' | 'part';
  id: string;
  at: number;
  location: string;
  status: string;
}

/** Lots of every kind, what was consumed into what, and where everything is. */
export function materialTables(plant: Plant, history: History): Table[] {
  const fates = plant.lots.map((_, lot) => fateOf(plant, history, lot, random(plant.settings.seed, `fate ${lot}`)));
  const links = consumption(plant);
  const bound = fates.flatMap(({gearbox, at}, lot) =>
    gearbox ? [{parent: plant.lots[lot].lot, child: gearbox, at: at!, quantity: plant.lots[lot].size}] : [],
  );
  const opened = openings(links);
  return [
    {
      name: 'lots',
      columns: ['lot', 'material', 'supplier', 'kind', 'made_at', 'quantity'],
      rows: lotRows(plant, opened, bound),
    },
    {
      name: 'genealogy',
      columns: ['parent', 'parent_kind', 'child', 'child_kind', 'consumed_at', 'quantity'],
      rows: linkRows(plant, [...links, ...bound]),
    },
    {
      name: 'movements',
      columns: ['kind', 'id', 'at', 'location', 'status'],
      rows: moveRows(plant, history, opened, fates),
    },
  ];
}

interface Fate {
  finished: number;
  /** When it left the warehouse; null while it is there. */
  at: number | null;
  gearbox: string | null;
}

function fateOf(
  {lots, route, steps}: Plant,
  {now, uninspectedFrom}: History,
  lot: number,
  draw: ReturnType<typeof random>,
): Fate {
  const inspect = steps.length - 1;
  const finished = route.begin[inspect][lot] + lots[lot].size * steps[inspect].cycleSeconds + 3600;
  const recent = finished > now - RECENT_DAYS * 86400;
  const leaves = draw.uniform() < (recent ? 1 / 3 : 0.97);
  const at = finished + draw.between(0.3, 4) * 86400;
  if (lot >= uninspectedFrom || !leaves || at > now) return {finished, at: null, gearbox: null};
  const consumed = draw.uniform() < 0.2;
  // Two neighbouring lots may go into the same gearboxes.
  return {finished, at, gearbox: consumed ? `GB-${String(Math.floor(lot / 2) + 1).padStart(4, '0')}` : null};
}

/** Material into production lots, and what that material was made from, before any link is lost. */
function consumption({lots, materials, route}: Plant): Link[] {
  const links: Link[] = [];
  const drawnFrom = new Map<number, number>();
  materials.consumed.forEach(({material, step}, m) => {
    lots.forEach(({lot, size}, k) => {
      const at = route.begin[step][k] - 300;
      const need = size * PER_PART[material];
      const share = materials.secondShare[m][k];
      for (const [taken, part] of [
        [materials.main[m][k], 1 - share],
        [materials.second[m][k], share],
      ]) {
        if (taken < 0 || part === 0) continue;
        links.push({parent: materials.lots[taken].lot, child: lot, at, quantity: Math.round(need * part * 100) / 100});
        drawnFrom.set(taken, Math.min(at, drawnFrom.get(taken) ?? at));
      }
    });
  });
  for (const [child, at] of drawnFrom) {
    const {lot, from} = materials.lots[child];
    links.push({parent: materials.lots[from].lot, child: lot, at: at - 86400, quantity: 100});
  }
  return links;
}

/** For each parent when it was first and last drawn from, and how much of it in all. */
function openings(links: Link[]): Map<string, {first: number; last: number; quantity: number}> {
  const opened = new Map<string, {first: number; last: number; quantity: number}>();
  for (const {parent, at, quantity} of links) {
    const seen = opened.get(parent) ?? {first: at, last: at, quantity: 0};
    opened.set(parent, {
      first: Math.min(seen.first, at),
      last: Math.max(seen.last, at),
      quantity: seen.quantity + quantity,
    });
  }
  return opened;
}

function* lotRows({lots, products, materials}: Plant, opened: ReturnType<typeof openings>, bound: Link[]) {
  for (const {lot, material, supplier, kind} of materials.lots) {
    const use = opened.get(lot);
    if (use)
      yield csv(lot, material, supplier ?? '', kind, iso(instantOf(use.first - 43200)), Math.ceil(use.quantity * 1.05));
  }
  for (const {lot, product, released, size} of lots) {
    yield csv(lot, products[product].product, '', 'wip', iso(instantOf(released)), size);
  }
  for (const gearbox of new Set(bound.map(({child}) => child))) {
    const into = bound.filter(({child}) => child === gearbox);
    const made = Math.max(...into.map(({at}) => at)) + 28800;
    yield csv(
      gearbox,
      'gearbox',
      '',
      'finished',
      iso(instantOf(made)),
      into.reduce((sum, {quantity}) => sum + quantity, 0),
    );
  }
}

function* linkRows({settings}: Plant, links: Link[]) {
  const gaps = random(settings.seed, 'genealogy gaps');
  for (const {parent, child, at, quantity} of links) {
    if (gaps.uniform() < settings.missingGenealogy) continue;
    yield csv(parent, 'lot', child, 'lot', iso(instantOf(at)), quantity);
  }
}

function* moveRows(plant: Plant, history: History, opened: ReturnType<typeof openings>, fates: Fate[]) {
  for (const {kind, id, at, location, status} of moves(plant, history, opened, fates)) {
    yield csv(kind, id, iso(instantOf(at)), location, status);
  }
}

function* moves(
  {lots, materials}: Plant,
  history: History,
  opened: ReturnType<typeof openings>,
  fates: Fate[],
): Generator<Move> {
  for (const {lot} of materials.lots) {
    const use = opened.get(lot);
    if (!use) continue;
    yield {kind: 'lot', id: lot, at: use.first - 36000, location: 'RAW-STORE', status: 'stock'};
    const used = use.last + 14400;
    if (used < history.now - 86400) yield {kind: 'lot', id: lot, at: used, location: 'LINE', status: 'consumed'};
  }
  for (const [index, {lot, released}] of lots.entries()) {
    const {finished, at, gearbox} = fates[index];
    yield {kind: 'lot', id: lot, at: released, location: 'CAST', status: 'in-process'};
    if (index >= history.uninspectedFrom) continue;
    yield {kind: 'lot', id: lot, at: finished, location: `FG-${1 + (index % 3)}`, status: 'stock'};
    if (at === null) continue;
    if (gearbox) yield {kind: 'lot', id: lot, at, location: 'GEARBOX-LINE', status: 'consumed'};
    else yield {kind: 'lot', id: lot, at, location: `CUSTOMER-${1 + (index % 4)}`, status: 'shipped'};
  }
  for (const {part, at} of history.scrapped) {
    yield {kind: 'part', id: serial(part), at, location: 'SCRAP-CAGE', status: 'scrapped'};
  }
}
