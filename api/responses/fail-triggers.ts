/** Which failing inspections a rule is about, and what is told of one. */
import {createHash} from 'node:crypto';
import {type ArrivedFail, type FoundDefect, partsWith} from '../../warehouse/arrived-fails.ts';
import {canonicalJson} from '../../warehouse/ledger-chain.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import type {Trigger} from './judge.ts';
import type {FailTrigger} from './settings.ts';

/** What makes a firing the same whenever it is judged. */
export function idOf(plant: string, rule: string, identity: readonly (string | number | null)[]): string {
  return createHash('sha256')
    .update(canonicalJson([plant, rule, ...identity]))
    .digest('hex');
}

/** @param cameMs when each batch was recorded @throws what the rule's filter throws */
export async function failTriggers(
  {warehouse, plant}: {warehouse: Warehouse; plant: string},
  rule: string,
  when: FailTrigger,
  fails: readonly ArrivedFail[],
  cameMs: (batch: number) => number,
): Promise<Trigger[]> {
  const matching = fails.filter(fail => isMeant(when, fail));
  const meant = when.where === undefined ? matching : await withFilter(warehouse, when.where, matching);
  return meant
    .map(fail => {
      const came = cameMs(fail.arrived);
      const happened = fail.inspectedAt === null ? Number.NaN : Date.parse(fail.inspectedAt);
      const {part, lot, station, workOrder, product} = fail;
      const keys = {part, lot, station, workOrder, product};
      return {
        id: idOf(plant, rule, ['fail', fail.inspection]),
        atMs: Number.isNaN(happened) ? came : Math.min(happened, came),
        cameMs: came,
        batch: fail.arrived,
        keys: Object.fromEntries(Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== null)),
        about: aboutFail(fail, defectsMeant(when, fail)),
      };
    })
    .sort((a, b) => a.batch - b.batch || a.atMs - b.atMs);
}

async function withFilter(warehouse: Warehouse, where: string, fails: ArrivedFail[]): Promise<ArrivedFail[]> {
  const meant: ArrivedFail[] = [];
  for (const [batch, some] of byBatch(fails)) {
    // By what was known then: what comes later does not make it another story.
    const parts = await partsWith(warehouse, where, [...new Set(some.map(({part}) => part))], batch);
    meant.push(...some.filter(({part}) => parts.has(part)));
  }
  return meant;
}

function byBatch(fails: readonly ArrivedFail[]): Map<number, ArrivedFail[]> {
  const batches = new Map<number, ArrivedFail[]>();
  for (const fail of fails) {
    const some = batches.get(fail.arrived);
    if (some) some.push(fail);
    else batches.set(fail.arrived, [fail]);
  }
  return batches;
}

function isMeant(when: FailTrigger, fail: ArrivedFail): boolean {
  const asksDefect = when.defect !== undefined || when.severityAtLeast !== undefined;
  if (asksDefect || fail.defects.length > 0) return defectsMeant(when, fail).length > 0;
  return when.confidenceAtLeast === undefined || (fail.confidence ?? -1) >= when.confidenceAtLeast;
}

function defectsMeant({defect, severityAtLeast, confidenceAtLeast}: FailTrigger, fail: ArrivedFail): FoundDefect[] {
  const codes = defect === undefined ? null : [defect].flat();
  return fail.defects.filter(
    found =>
      (codes === null || codes.includes(found.defect)) &&
      (severityAtLeast === undefined || (found.severity ?? Number.NEGATIVE_INFINITY) >= severityAtLeast) &&
      (confidenceAtLeast === undefined || (found.confidence ?? fail.confidence ?? -1) >= confidenceAtLeast),
  );
}

function aboutFail(fail: ArrivedFail, meant: readonly FoundDefect[]): Record<string, unknown> {
  const {inspection, part, product, workOrder, lot, step, station, inspectedAt, confidence, inspector, image} = fail;
  const [worst] = meant;
  const found = meant.map(({defect, severity}) => `${defect}${severity === null ? '' : ` (severity ${severity})`}`);
  const where = [station && `at ${station}`, lot && `lot ${lot}`, workOrder && `work order ${workOrder}`];
  const what = found.length > 0 ? `failed: ${found.join(', ')}` : 'failed inspection';
  return {
    kind: 'fail',
    text: [`part ${part} ${what}`, ...where].filter(Boolean).join(', '),
    permalink: `/trace?${new URLSearchParams({id: part, kind: 'part'})}`,
    inspection,
    part,
    product,
    workOrder,
    lot,
    step,
    station,
    inspectedAt,
    image,
    result: 'fail',
    confidence: worst?.confidence ?? confidence,
    model: inspector,
    defect: worst?.defect ?? null,
    severity: worst?.severity ?? null,
    defects: fail.defects,
  };
}
