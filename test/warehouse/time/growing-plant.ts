/**
 * A small plant in many files, with everything that makes the order of arrival matter: corrections, late genealogy,
 * re-judged inspections, specs that change, parameters and steps that appear later, single values beside wide rows.
 * No contradiction without `recorded_at` is among them.
 */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {planFile} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import type {Receipt} from '../../../warehouse/data-answers.ts';
import type {Warehouse} from '../../../warehouse/store.ts';

export interface File {
  name: string;
  table: string;
  csv: string;
  wide?: boolean;
}

export async function take(w: Warehouse, {name, table, csv, wide}: File): Promise<Receipt> {
  const path = join(mkdtempSync(join(w.folder, 'tmp', 'file-')), `${name}.csv`);
  writeFileSync(path, csv);
  return w.load(await planFile(path, {table, wide}), linesOfRecords);
}

const LOTS = 8;
const A_LOT = 6;
const START = Date.UTC(2026, 0, 5, 6);

interface Part {
  id: string;
  lot: string;
  n: number;
  k: number;
  product: string;
  made: number;
  fails: boolean;
}

/** Names sort neither by time nor by lot, so that an order by id cannot pass for an order of arrival. */
const PARTS: Part[] = Array.from({length: LOTS * A_LOT}, (_, n) => {
  const lot = Math.floor(n / A_LOT);
  const product = lot % 3 === 0 ? 'HY' : 'HX';
  return {
    id: `S${(n * 29) % 97}`,
    lot: `L${(lot * 5) % 8}`,
    n,
    k: lot,
    product,
    made: START + n * 600_000,
    fails: n % 2 === 1 ? n % 3 !== 0 : n % 11 === 0,
  };
});

const at = (ms: number) => new Date(ms).toISOString();
const minutes = (n: number) => n * 60_000;
const RECORDED = ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z', '2026-02-03T00:00:00Z'];
type Cell = string | number | null;
const rows = (header: string, lines: readonly (readonly Cell[])[]) =>
  `${[header, ...lines.map(line => line.map(cell => cell ?? '').join(','))].join('\n')}\n`;

const torque = ({n}: Part) => (10 + ((n * 7) % 13) / 10).toFixed(1);
const dia = ({n, fails}: Part) => (5 + ((n * 5) % 17) / 100 + (fails ? 0.03 : 0)).toFixed(2);

/** Each is one batch, in the order in which a plant might send them. */
export const FILES: readonly File[] = [
  {
    name: 'parts',
    table: 'parts',
    csv: rows(
      'part,product,work_order,lot,made_at,recorded_at',
      PARTS.map(p => [p.id, p.product, `W${p.k % 2}`, p.lot, at(p.made), RECORDED[0]]),
    ),
  },
  {
    name: 'operations',
    table: 'operations',
    csv: rows(
      'part,step,run,station,tool,operator,started_at,ended_at,recorded_at',
      PARTS.flatMap(p => [
        [p.id, 'bore', 1, `B${p.n % 2}`, `T${p.k % 3}`, 'ann', at(p.made), at(p.made + minutes(8)), RECORDED[0]],
        ...(p.n % 7 === 0
          ? [[p.id, 'bore', 2, 'B1', 'T0', 'bob', at(p.made + minutes(30)), at(p.made + minutes(38)), RECORDED[0]]]
          : []),
      ]),
    ),
  },
  {
    name: 'bore',
    table: 'measurements',
    wide: true,
    csv: rows(
      'part,step,run,torque,measured_at,recorded_at',
      PARTS.map(p => [p.id, 'bore', 1, p.n % 9 === 0 ? '' : torque(p), at(p.made + minutes(7)), RECORDED[0]]),
    ),
  },
  {
    name: 'inspections',
    table: 'inspections',
    csv: rows(
      'inspection,part,inspected_at,step,station,inspector,result,verification,recorded_at',
      PARTS.map(p => [
        `I${p.id}`,
        p.id,
        at(p.made + minutes(120)),
        'look',
        `X${p.n % 2}`,
        'aoi@1',
        p.fails ? 'fail' : 'pass',
        'unverified',
        RECORDED[0],
      ]),
    ),
  },
  {
    name: 'defects',
    table: 'defects',
    csv: rows(
      'inspection,defect,severity,n,recorded_at',
      PARTS.filter(p => p.fails).flatMap(p => [
        [`I${p.id}`, p.n % 3 === 0 ? 'void' : 'scratch', 0.1 * (p.n % 7), 1, RECORDED[0]],
        ...(p.n % 5 === 0 ? [[`I${p.id}`, 'scratch', 0.3, 2, RECORDED[0]]] : []),
      ]),
    ),
  },
  {
    // Fails that a review rejected, and a pass that was none.
    name: 'inspections-judged-again',
    table: 'inspections',
    csv: rows(
      'inspection,part,inspected_at,step,station,inspector,result,verification,recorded_at',
      PARTS.filter(p => p.n % 10 === 1).map(p => [
        `I${p.id}`,
        p.id,
        at(p.made + minutes(120)),
        'look',
        `X${p.n % 2}`,
        'aoi@1',
        'fail',
        p.fails ? 'rejected' : 'confirmed',
        RECORDED[1],
      ]),
    ),
  },
  {
    name: 'defects-withdrawn',
    table: 'defects',
    csv: rows('inspection,defect,severity,n,recorded_at', [
      ...PARTS.filter(p => p.fails && p.n % 5 === 0).map(p => [`I${p.id}`, '*', '', '', RECORDED[1]]),
      ...PARTS.filter(p => p.fails && p.n % 10 === 5).map(p => [`I${p.id}`, 'burr', 0.2, 1, RECORDED[1]]),
    ]),
  },
  {
    name: 'lots',
    table: 'lots',
    csv: rows('lot,material,supplier,kind,made_at', [
      ...Array.from({length: LOTS}, (_, k) => [`L${k}`, 'housing', '', 'finished', at(START + k * 3_600_000)]),
      ['M1', 'bar', 'Acme', 'raw', '2026-01-01T00:00:00Z'],
      ['M2', 'bar', 'Best', 'raw', '2026-01-02T00:00:00Z'],
      ['G1', 'grease', 'Acme', 'raw', '2026-01-02T00:00:00Z'],
    ]),
  },
  {
    name: 'lot-runs',
    table: 'operations',
    csv: rows(
      'lot,step,run,station,program,started_at,ended_at',
      Array.from({length: LOTS}, (_, k) => [
        `L${(k * 5) % 8}`,
        'oven',
        1,
        'O1',
        `P${k % 2}`,
        at(START + k * 3_600_000 + minutes(70)),
        at(START + k * 3_600_000 + minutes(100)),
      ]),
    ),
  },
  {
    // The same visits as the wide file, by and by: a further parameter, corrected values, a limit, a text, a retraction.
    name: 'measurements',
    table: 'measurements',
    csv: rows('part,step,run,parameter,value,text_value,qualifier,measured_at,recorded_at', [
      ...PARTS.map(p => [p.id, 'bore', 1, 'dia', dia(p), '', '', at(p.made + minutes(60 + (p.n % 4))), RECORDED[0]]),
      ...PARTS.filter(p => p.n % 8 === 2).map(p => [p.id, 'bore', 1, 'torque', '11.5', '', '', '', RECORDED[1]]),
      ...PARTS.filter(p => p.n % 8 === 3).map(p => [p.id, 'bore', 1, 'torque', '9', '', '<', '', RECORDED[1]]),
      ...PARTS.filter(p => p.n % 8 === 4).map(p => [p.id, 'bore', 1, 'torque', '', '', '', '', RECORDED[1]]),
      ...PARTS.map(p => [p.id, 'bore', 1, 'colour', '', p.n % 3 ? 'grey' : 'blue', '', '', RECORDED[0]]),
      ...PARTS.filter(p => p.n % 7 === 0).map(p => [p.id, 'bore', 2, 'torque', '12', '', '', '', RECORDED[0]]),
    ]),
  },
  {
    name: 'measurements-of-yesterday',
    table: 'measurements',
    csv: rows(
      'part,step,run,parameter,value,measured_at,recorded_at',
      PARTS.filter(p => p.n % 8 < 4).map(p => [p.id, 'bore', 1, 'torque', '99', at(p.made), '2026-01-31T00:00:00Z']),
    ),
  },
  {
    name: 'lab',
    table: 'measurements',
    wide: true,
    csv: rows(
      'part,step,hardness,empty',
      PARTS.filter(p => p.n % 2 === 0).map(p => [p.id, 'lab', 50 + (p.n % 5), '']),
    ),
  },
  {
    name: 'parts-corrected',
    table: 'parts',
    csv: rows(
      'part,product,work_order,lot,made_at,recorded_at',
      PARTS.filter(p => p.n % 16 === 5).map(p => [p.id, p.product, 'W1', 'L3', at(p.made), RECORDED[1]]),
    ),
  },
  {
    name: 'genealogy-nine-days-late',
    table: 'genealogy',
    csv: rows('parent,parent_kind,child,child_kind,consumed_at,quantity', [
      ...Array.from({length: LOTS}, (_, k) => [k < 4 ? 'M1' : 'M2', 'lot', `L${k}`, 'lot', at(START), 2.5]),
      ['M2', 'lot', 'L1', 'lot', at(START), 0.5],
      ...PARTS.filter(p => p.n % 2 === 0).map(p => ['G1', 'lot', p.id, 'part', at(p.made), '']),
    ]),
  },
  {
    name: 'parameters',
    table: 'parameters',
    csv: rows('parameter,step,product,unit,branch,lsl,usl,valid_from', [
      ['torque', 'bore', '', 'Nm', 'method', 9.5, 11, '2025-01-01T00:00:00Z'],
      ['temperature', 'oven', '', 'C', 'environment', '', 201, ''],
    ]),
  },
  {
    name: 'parameters-changed',
    table: 'parameters',
    csv: rows('parameter,step,product,unit,branch,lsl,usl,valid_from', [
      ['torque', 'bore', '', 'Ncm', 'machine', 950, 1080, '2026-01-05T10:00:00Z'],
      ['temperature', 'oven', 'HY', 'C', 'environment', '', 200.5, ''],
    ]),
  },
  {
    name: 'readings',
    table: 'readings',
    csv: rows(
      'station,parameter,at,value',
      Array.from({length: LOTS * 12}, (_, k) => [
        'O1',
        'temperature',
        at(START + k * minutes(5)),
        (200 + ((k * 7) % 10) / 7).toFixed(6),
      ]),
    ),
  },
  {
    name: 'events',
    table: 'events',
    csv: rows('station,at,kind,text', [
      ['B0', at(START - minutes(60)), 'maintenance', 'oil'],
      ['B1', at(START + minutes(90)), 'changeover', ''],
      ['B1', at(START + minutes(200)), 'maintenance', ''],
    ]),
  },
  {
    name: 'masters',
    table: 'defect_codes',
    csv: rows('defect,group,severity_weight,cost', [
      ['scratch', 'surface', 0.7, 3.3],
      ['void', 'casting', 0.1, 12.1],
    ]),
  },
  {
    name: 'stations',
    table: 'stations',
    csv: rows('station,line,step', [
      ['B0', 'north', 'bore'],
      ['X1', 'north', 'look'],
    ]),
  },
  {
    name: 'shifts-last',
    table: 'shifts',
    csv: rows('shift,crew,starts_at,ends_at', [
      ['early', 'red', '2026-01-05T05:00:00Z', '2026-01-05T09:00:00Z'],
      ['late', 'blue', '2026-01-05T09:00:00Z', '2026-01-05T17:00:00Z'],
    ]),
  },
];
