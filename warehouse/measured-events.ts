/** What was measured on one part, run by run, and which values lay outside the spec that was valid then. */
import type {TraceEvent} from './answers.ts';
import type {Session} from './duckdb.ts';
import type {MeasuredValue} from './item-answers.ts';
import {isNewer, rowsAbout, textsOf, type Version} from './rows-of.ts';
import {stepTables} from './step-tables.ts';
import {event} from './trace-event.ts';

interface Measured extends Version {
  step: string;
  run: number;
  parameter: string;
  value: number | null;
  text: string | null;
  at: string | null;
}

/** @returns events: one a visit and one a value out of spec; values: all of them against their spec, step by step */
export async function measuredEvents(
  session: Session,
  part: number,
  product: string | null,
  asOf: number,
): Promise<{events: TraceEvent[]; values: MeasuredValue[]}> {
  const measured = await measuredOn(session, part, asOf);
  const values: MeasuredValue[] = [];
  const events: TraceEvent[] = [];
  if (measured.length === 0) return {events, values};
  const [described] = await rowsAbout<{made_at: string | null}>(
    session,
    'parts',
    ['made_at'],
    [`part = ${part}`],
    asOf,
  );
  const specs = await specsOf(session, measured, asOf);
  const visits = new Map<string, {measured: Measured[]; outside: number}>();
  for (const m of measured) {
    const key = `${m.run} ${m.step}`;
    const visit = visits.get(key) ?? {measured: [], outside: 0};
    visits.set(key, visit);
    visit.measured.push(m);
    const spec = specFor(specs, m, product, m.at ?? described?.made_at ?? null);
    const against = m.value === null || !spec ? null : sideOf(m.value, spec);
    values.push(measuredValue(m, spec, against));
    if (!spec || against === null || against === 'inside') continue;
    visit.outside++;
    const isLow = against === 'below';
    const limit = isLow ? `is below ${spec.lsl}` : `is above ${spec.usl}`;
    const text = [m.parameter, m.value, spec.unit, limit].filter(piece => piece !== null).join(' ');
    const {lsl, usl, unit} = spec;
    events.push(
      event(m.at, 'measurement', place(m), text, {run: m.run, parameter: m.parameter, value: m.value, lsl, usl, unit}),
    );
  }
  for (const {measured: of, outside} of visits.values()) {
    const at = of.reduce<string | null>(
      (latest, m) => (latest === null || (m.at !== null && Date.parse(m.at) > Date.parse(latest)) ? m.at : latest),
      null,
    );
    const text = `${of.length} measured, ${outside} out of spec`;
    events.push(event(at, 'measurement', place(of[0]), text, {run: of[0].run, measured: of.length, outside}));
  }
  return {events, values: values.sort(byPlace)};
}

/** null: no limit says what would be inside. */
function sideOf(value: number, {lsl, usl}: Spec): MeasuredValue['against'] {
  if (lsl !== null && value < lsl) return 'below';
  if (usl !== null && value > usl) return 'above';
  return lsl === null && usl === null ? null : 'inside';
}

function measuredValue(m: Measured, spec: Spec | undefined, against: MeasuredValue['against']): MeasuredValue {
  const {lsl = null, target = null, usl = null, unit = null} = spec ?? {};
  return {
    ...place(m),
    run: m.run,
    parameter: m.parameter,
    at: m.at,
    value: m.value,
    text: m.text,
    lsl,
    target,
    usl,
    unit,
    against,
  };
}

/** As they were measured; of one moment by their names. */
function byPlace(a: MeasuredValue, b: MeasuredValue): number {
  const [x, y] = [a, b].map(({at}) => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at)));
  if (x !== y) return x - y;
  return a.run - b.run || compared(a.step ?? '', b.step ?? '') || compared(a.parameter, b.parameter);
}

const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const place = ({step}: Measured) => ({step: step === '' ? null : step});

/** The current value of each parameter and run, whether it came in a wide row or by itself; retracted values are gone. */
async function measuredOn(session: Session, part: number, asOf: number): Promise<Measured[]> {
  const tables = (await stepTables(session)).filter(t => t.parameters.length > 0);
  const arms = tables.map(
    ({
      id,
      parameters,
    }) => `select ${id} as id, run, measured_at as at, epoch_us(recorded_at)::double as recorded, batch, ordinal,
      [${parameters.map(p => p.column).join(', ')}]::double[] as vals from fact.step_${id} where part = ${part} and batch <= ${asOf}`,
  );
  const wide =
    arms.length === 0
      ? []
      : await session.rows<Omit<Measured, 'step'> & {id: number; vals: (number | null)[]} & Record<string, unknown>>(
          arms.join(' union all '),
        );
  const single = await session.rows<Measured & Record<string, unknown>>(
    `select step, run, parameter, value, text_value as text, measured_at as at, epoch_us(recorded_at)::double as recorded, batch, ordinal
     from fact.cells where part = ${part} and batch <= ${asOf}`,
  );
  const all: Measured[] = [...single];
  for (const {id, vals, ...row} of wide) {
    const table = tables.find(t => t.id === id)!;
    for (const [k, {parameter}] of table.parameters.entries()) {
      if (vals[k] !== null) all.push({...row, step: table.step, parameter, value: vals[k], text: null});
    }
  }
  const current = new Map<string, Measured>();
  for (const m of all) {
    const key = JSON.stringify([m.step, m.run, m.parameter]);
    const known = current.get(key);
    if (!known || isNewer(m, known)) current.set(key, m);
  }
  return [...current.values()].filter(m => m.value !== null || m.text !== null);
}

interface Spec extends Record<string, unknown> {
  parameter: string;
  step: string | null;
  product: string | null;
  unit: string | null;
  lsl: number | null;
  target: number | null;
  usl: number | null;
  valid_from: string | null;
}

async function specsOf(session: Session, measured: readonly Measured[], asOf: number): Promise<Spec[]> {
  const names = textsOf([...new Set(measured.map(m => m.parameter))]);
  return rowsAbout<Spec>(session, 'parameters', ['unit', 'lsl', 'target', 'usl'], [`parameter in ${names}`], asOf);
}

/** The spec that was valid then; what is said of this product and step goes before what is said of all. */
function specFor(specs: readonly Spec[], m: Measured, product: string | null, at: string | null): Spec | undefined {
  const since = ({valid_from}: Spec) => (valid_from === null ? Number.NEGATIVE_INFINITY : Date.parse(valid_from));
  return specs
    .filter(s => s.parameter === m.parameter)
    .filter(s => (s.step === null || s.step === m.step) && (s.product === null || s.product === product))
    .filter(s => s.valid_from === null || (at !== null && since(s) <= Date.parse(at)))
    .sort((a, b) => {
      const particular =
        Number(a.product === null) - Number(b.product === null) || Number(a.step === null) - Number(b.step === null);
      return particular || since(b) - since(a);
    })[0];
}
