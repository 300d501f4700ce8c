/** Everything that can be asked of a warehouse at a position, as texts that can be compared to the last digit. */
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {CANONICAL} from '../../../warehouse/canonical.ts';
import {contain} from '../../../warehouse/contain.ts';
import {factorCatalogue, factorRelation} from '../../../warehouse/factors.ts';
import {pareto} from '../../../warehouse/pareto.ts';
import {plant} from '../../../warehouse/plant.ts';
import {finding} from '../../../warehouse/screening/findings.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import type {Warehouse} from '../../../warehouse/store.ts';
import {trace} from '../../../warehouse/trace.ts';
import {yieldOf} from '../../../warehouse/yield.ts';

/** @returns name of the question → its answer as JSON, or what it was refused with */
export async function allAnswers(w: Warehouse, asOf: number, {screening = true} = {}): Promise<Record<string, string>> {
  // What was kept from an earlier time would be told again, whatever the facts say now.
  await rm(join(w.folder, 'answers'), {recursive: true, force: true});
  const answers: Record<string, string> = {};
  const ask = async (name: string, question: () => Promise<unknown>) => {
    answers[name] = JSON.stringify(await question().catch((error: Error) => `refused: ${error.message}`));
  };
  for (const table of Object.keys(CANONICAL))
    await ask(`table ${table}`, () => w.read(asOf, session => session.rows(`from main.${table} order by all`)));
  await ask('plant', () => plant(w, {plant: 'p', timeZone: 'UTC'}, asOf));
  for (const by of ['defect', 'material.bar.lot', 'bore.colour', 'oven.temperature.time_above']) {
    await ask(`pareto by ${by}`, () => pareto(w, {by, weight: 'cost', asOf}));
  }
  await ask('pareto where', () => pareto(w, {where: "bore.torque >= 10.5 and bore.shift = 'early'", asOf}));
  await ask('yield', () => yieldOf(w, {asOf}));
  await ask('yield by step', () => yieldOf(w, {by: 'step', asOf}));
  for (const id of ['S29', 'L3']) await ask(`trace ${id}`, () => trace(w, {id, asOf}));
  for (const target of ['M2', "bore.tool = 'T1'"]) {
    await ask(`contain ${target}`, () => contain(w, {target, asOf}));
  }
  await ask('factors', () =>
    w.read(asOf, session => factorCatalogue(session)).then(all => all.map(f => [f.name, f.kind, f.unit, f.branch])),
  );
  await ask('values', () => factorValues(w, asOf));
  if (!screening) return answers;
  await ask('screen', async () => {
    const answer = await screen(w, {anyFail: true, asOf});
    const levels = await Promise.all(answer.findings.map(f => finding(w, f.id)));
    return {answer, levels: levels.map(l => l.levels)};
  });
  return answers;
}

function factorValues(w: Warehouse, asOf: number) {
  return w.read(asOf, async session => {
    const values: Record<string, unknown> = {};
    for (const {name} of await factorCatalogue(session)) {
      const {sql, bindings} = await factorRelation(session, name);
      values[name] = await session.rows(
        `select i.id, f.value from (${sql}) f join fact.items i on i.item = f.part order by i.id`,
        bindings,
      );
    }
    return values;
  });
}
