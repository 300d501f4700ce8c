import type {Item} from './b2mml-items.ts';
import type {B2mmlOut} from './b2mml-message.ts';
import {putParameter, valuesOf} from './b2mml-values.ts';
import type {XmlElement} from './xml-element.ts';

/** Free text in the standard; other words than these go into quarantine as they are. */
const RESULTS: Readonly<Record<string, string>> = {
  pass: 'pass',
  passed: 'pass',
  ok: 'pass',
  true: 'pass',
  accepted: 'pass',
  conforming: 'pass',
  fail: 'fail',
  failed: 'fail',
  nok: 'fail',
  ng: 'fail',
  false: 'fail',
  rejected: 'fail',
  nonconforming: 'fail',
  error: 'error',
  aborted: 'error',
  invalid: 'error',
  inconclusive: 'error',
};

export interface Tested {
  /** What the result stands in, if it stands in anything. */
  item?: Item;
  /** As the result around it says. */
  object?: string;
  step?: string;
  station?: string;
  recorded_at: string | undefined;
}

/** A test result is an inspection of a part; the properties that were measured are its measurements. */
export function testResultsOf(result: XmlElement, tested: Tested, out: B2mmlOut): void {
  const {line} = result;
  const inspection = result.text('ID');
  const object = result.text('TestableObjectID') ?? tested.object;
  for (const inner of result.all('TestResultChild')) testResultsOf(inner, {...tested, object}, out);
  const {item, step, station} = tested;
  if (item?.kind === 'lot' && (object === undefined || object === item.id)) {
    out.refuse(result, `${inspection ?? 'a result'} is of the lot ${item.id}: inspections are of parts`);
    return;
  }
  const part = object ?? item?.id;
  const measured = result.all('PropertyMeasurement');
  const evaluated_at = result.text('EvaluationDate');
  const dates = measured.map(one => one.text('MeasurementDate')).filter(date => date !== undefined);
  const inspected_at = evaluated_at ?? dates.at(-1);
  const recorded_at = tested.recorded_at ?? inspected_at;
  const said = result.text('EvaluatedCriterionResult');
  if (said === undefined) out.leave('test results without EvaluatedCriterionResult: their measurements are taken');
  else {
    const judged = RESULTS[said.toLowerCase()] ?? said;
    out.records.put('inspection', line, {inspection, part, inspected_at, step, station, result: judged, recorded_at});
  }
  const runs = new Map<string, number>();
  for (const one of measured) putMeasured(one, {part, step, measured_at: inspected_at, recorded_at}, runs, out);
}

function putMeasured(
  one: XmlElement,
  of: {
    part: string | undefined;
    step: string | undefined;
    measured_at: string | undefined;
    recorded_at: string | undefined;
  },
  runs: Map<string, number>,
  out: B2mmlOut,
): void {
  const [property] = [one.text('TestableObjectPropertyID') ?? one.text('ID'), one.all('ID')];
  const measured_at = one.text('MeasurementDate') ?? of.measured_at;
  const values = valuesOf(one, property, out);
  for (const {parameter, unit, ...value} of values) {
    const run = (runs.get(parameter ?? '') ?? 0) + 1;
    runs.set(parameter ?? '', run);
    out.records.put('value', one.line, {...of, ...value, parameter, run: String(run), measured_at});
    putParameter({parameter, step: of.step, unit}, one.line, out);
  }
}
