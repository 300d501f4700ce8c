import {stationOf} from './b2mml-equipment.ts';
import {type Item, itemsOf, putLink, putLots} from './b2mml-items.ts';
import type {Around, B2mmlOut} from './b2mml-message.ts';
import {testResultsOf} from './b2mml-tests.ts';
import {putParameter, valuesOf} from './b2mml-values.ts';
import type {XmlElement} from './xml-element.ts';

const MADE = /^(?:(?:material|yield|by-product|co-product) )?produced$/i;
const USED = /^(?:consumable|(?:material )?consumed)$/i;

interface Work {
  object: XmlElement;
  work_order: string | undefined;
  step: string | undefined;
  started_at: string | undefined;
  ended_at: string | undefined;
  state: string | undefined;
  data: XmlElement[];
  actuals: Actuals;
  recorded_at: string | undefined;
}

interface Actuals {
  made: Item[];
  used: Item[];
  /** Made, and without an id. */
  quantity: string | undefined;
  /** Goes into a material that is made or used: from, into. */
  assembled: [Item, Item][];
  tests: {result: XmlElement; item: Item | undefined}[];
}

/** A JobResponse: one piece of work. */
export function jobOf(job: XmlElement, around: Around, out: B2mmlOut): void {
  const ended_at = job.text('EndTime');
  const started_at = job.text('StartTime');
  const work = {
    object: job,
    work_order: job.text('JobOrderID') ?? around.said('WorkResponse', 'WorkRequestID'),
    step: job.text('WorkMasterID') ?? job.first('WorkDirective')?.text('ID'),
    started_at,
    ended_at,
    state: job.text('JobState'),
    data: job.all('JobResponseData'),
    actuals: actualsOf(job, out),
    recorded_at: around.recordedAt(job) ?? ended_at ?? started_at,
  };
  job.all('ID');
  putWork(work, work.actuals.made, out);
}

/** A response of operations or of production: the segments in it are pieces of work on what it produces. */
export function responseOf(response: XmlElement, around: Around, out: B2mmlOut): void {
  const request = response.text('OperationsRequestID', 'ProductionRequestID');
  const work_order = request ?? response.text('ID');
  response.all('ID');
  if (request === undefined && work_order !== undefined)
    out.say('responses name no request: their own ID stands for the work order');
  const works = segmentsIn(response).map((segment): Work => {
    const ended_at = segment.text('ActualEndTime', 'EndTime');
    const started_at = segment.text('ActualStartTime', 'StartTime');
    const [step] = [segment.text('ProcessSegmentID', 'OperationsSegmentID', 'ID'), segment.all('ID')];
    return {
      object: segment,
      work_order,
      step,
      started_at,
      ended_at,
      state: segment.text('SegmentState'),
      data: segment.all('SegmentData', 'ProductionData'),
      actuals: actualsOf(segment, out),
      recorded_at: around.recordedAt(segment) ?? around.recordedAt(response) ?? ended_at ?? started_at,
    };
  });
  const made = new Map(works.flatMap(({actuals}) => actuals.made.map(item => [`${item.kind} ${item.id}`, item])));
  for (const work of works) putWork(work, work.actuals.made.length > 0 ? work.actuals.made : [...made.values()], out);
}

function segmentsIn(object: XmlElement): XmlElement[] {
  return object.all('SegmentResponse', 'SegmentResponseChild').flatMap(segment => {
    const inner = segmentsIn(segment);
    const holdsOnly = inner.length > 0 && !segment.children.some(({name}) => /Actual|Data$/.test(name));
    if (holdsOnly) segment.all('ID', 'ProcessSegmentID', 'Description');
    return holdsOnly ? inner : [segment, ...inner];
  });
}

function actualsOf(object: XmlElement, out: B2mmlOut): Actuals {
  const actuals: Actuals = {made: [], used: [], quantity: undefined, assembled: [], tests: []};
  const unnamed: (string | undefined)[] = [];
  const named = {
    MaterialActual: undefined,
    MaterialProducedActual: 'Produced',
    MaterialConsumedActual: 'Consumed',
    ConsumableActual: 'Consumed',
  };
  for (const actual of object.all(...Object.keys(named))) {
    const use = named[actual.name as keyof typeof named] ?? actual.text('MaterialUse');
    const [isMade, isUsed] = [MADE.test(use ?? ''), USED.test(use ?? '')];
    if (use === undefined) {
      out.refuse(actual, 'does not say whether it was produced or consumed (MaterialUse)');
      continue;
    }
    const items = itemsOf(actual, out);
    for (const result of actual.all('TestResult')) actuals.tests.push({result, item: items.at(0)});
    if (!isMade && !isUsed)
      out.leave(`materials that were neither produced nor consumed: ${use}`, Math.max(1, items.length));
    else if (items.length > 0) {
      (isMade ? actuals.made : actuals.used).push(...items);
      assemble(actual, items, actuals.assembled, out);
    } else if (isMade) unnamed.push(out.quantity(actual));
    else out.leave('materials that were consumed of no named lot');
  }
  if (unnamed.length === 1) [actuals.quantity] = unnamed;
  else out.leave('quantities of several products without a lot', unnamed.length);
  return actuals;
}

function assemble(actual: XmlElement, into: Item[], links: [Item, Item][], out: B2mmlOut): void {
  for (const inner of actual.all('AssemblyActual')) {
    inner.text('MaterialUse');
    const items = itemsOf(inner, out);
    for (const from of items) for (const item of into) links.push([from, item]);
    assemble(inner, items, links, out);
  }
}

/** @param made what it was work on: what it produced, or else what its response did */
function putWork(work: Work, made: readonly Item[], out: B2mmlOut): void {
  const {object, step, work_order, started_at, ended_at, recorded_at, actuals} = work;
  const {line} = object;
  const station = putOperations(work, made, out);
  const consumed_at = ended_at ?? started_at;
  for (const item of [...actuals.made, ...actuals.used, ...actuals.assembled.map(([from]) => from)]) putLots(item, out);
  for (const {kind, id, material, lot} of actuals.made)
    if (kind === 'part')
      out.records.put('part', line, {part: id, product: material, lot, work_order, made_at: ended_at, recorded_at});
  for (const used of actuals.used)
    for (const item of made) {
      // Shared among several, how much went into which is not said.
      const quantity = made.length === 1 ? used.quantity : undefined;
      putLink(used, item, {line: used.line, consumed_at, quantity, recorded_at}, out);
    }
  if (made.length === 0) out.leave('consumed lots of work that names nothing it produced', actuals.used.length);
  for (const [from, into] of actuals.assembled)
    putLink(from, into, {line: from.line, consumed_at, quantity: from.quantity, recorded_at}, out);
  for (const {result, item} of actuals.tests) testResultsOf(result, {item, step, station, recorded_at}, out);
  for (const data of work.data) putData(data, work, {made, station}, out);
}

/** @returns the station */
function putOperations(work: Work, made: readonly Item[], out: B2mmlOut): string | undefined {
  const {object, work_order, step, started_at, ended_at, recorded_at, actuals} = work;
  const equipment = object.all('EquipmentActual').map(one => one.text('EquipmentID'));
  const stations = [...new Set(equipment.filter(id => id !== undefined))];
  const station = stations.at(0) ?? stationOf(object);
  out.leave('further equipment of the same work', stations.length - 1);
  const tool = joined(object.all('PhysicalAssetActual').map(one => one.text('PhysicalAssetID')));
  const operator = joined(object.all('PersonnelActual').map(one => one.text('PersonID')));
  const report_kind = /^(?:completed|closed)$/i.test(work.state ?? '') ? undefined : work.state;
  const fields = {step, station, tool, operator, started_at, ended_at, report_kind, recorded_at};
  const put = (of: Record<string, string | undefined>) => out.records.put('operation', object.line, {...fields, ...of});
  if (made.length === 0 && work_order === undefined)
    out.refuse(object, 'names neither an order nor anything that it produced');
  else if (made.length === 0) put({work_order, quantity_good: actuals.quantity});
  for (const item of made) {
    const quantity_good = actuals.made.includes(item) ? item.quantity : undefined;
    put(item.kind === 'part' ? {part: item.id} : {lot: item.id, quantity_good});
  }
  return station;
}

const joined = (texts: (string | undefined)[]): string | undefined =>
  [...new Set(texts.filter(text => text !== undefined))].sort((a, b) => (a < b ? -1 : 1)).join(' + ') || undefined;

/** Process parameters: of the parts that it was work on, or else what the station had at its end. */
function putData(
  data: XmlElement,
  work: Work,
  {made, station}: {made: readonly Item[]; station: string | undefined},
  out: B2mmlOut,
): void {
  const {step, recorded_at} = work;
  const at = work.ended_at ?? work.started_at;
  const parts = made.filter(({kind}) => kind === 'part');
  for (const inner of data.all('SegmentDataChild', 'JobResponseDataChild')) putData(inner, work, {made, station}, out);
  for (const {parameter, unit, ...value} of valuesOf(data, data.text('ID'), out)) {
    for (const {id: part} of parts)
      out.records.put('value', data.line, {part, parameter, step, measured_at: at, recorded_at, ...value});
    if (parts.length === 0) {
      if (station === undefined || at === undefined || value.value === undefined) {
        out.leave('process parameters of work without a part, that are words or have no station or time');
        continue;
      }
      out.records.put('reading', data.line, {station, parameter, at, value: value.value, recorded_at});
    }
    putParameter({parameter, step, unit}, data.line, out);
  }
}
