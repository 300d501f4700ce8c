/** What is measured at which step, with the limits that hold now: what charts and capability can be asked of. */
import type {ParameterRow, ParametersQuestion} from './capability-answers.ts';
import {limitsThatHold, recordedLimits} from './charts/limits.ts';
import {stepTables} from './step-tables.ts';
import type {Warehouse} from './store.ts';

export function parameters(warehouse: Warehouse, {asOf, product}: ParametersQuestion): Promise<ParameterRow[]> {
  return warehouse.read(asOf, async session => {
    const recorded = await recordedLimits(session);
    const byName = new Map<string, typeof recorded>();
    for (const limits of recorded) byName.set(limits.parameter, [...(byName.get(limits.parameter) ?? []), limits]);
    return (await stepTables(session)).flatMap(({step, parameters: measured}) =>
      measured.map(({parameter: name}) => {
        const parameter = step === '' ? name : `${step}.${name}`;
        const about = [...(byName.get(name) ?? []), ...(parameter === name ? [] : (byName.get(parameter) ?? []))];
        const {limits, differ} = limitsThatHold(about, parameter, product, {from: null, to: null});
        const none = limits === null || (limits.lsl === null && limits.usl === null);
        return {
          parameter,
          step: step === '' ? null : step,
          unit: limits?.unit ?? about.find(r => r.unit !== null)?.unit ?? null,
          lsl: limits?.lsl ?? null,
          target: limits?.target ?? null,
          usl: limits?.usl ?? null,
          guardBand: limits?.guard_band ?? null,
          limits: differ.length > 0 ? ('by product' as const) : none ? ('none' as const) : ('one' as const),
        };
      }),
    );
  });
}
