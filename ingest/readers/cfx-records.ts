import type {MadeRecords} from './made-records.ts';

export const CFX_COLUMNS: readonly string[] = (
  'inspection part inspected_at step station inspector result verification recorded_at defect confidence x y width height ' +
  'view n parameter value text_value run measured_at unit lsl target usl tool started_at ended_at report_kind at location ' +
  'status lot material consumed_at quantity'
).split(' ');

/** Work that is not reported as completed is kept until then; more of it than this is put out as it stands. */
const OPEN_MAX = 20_000;

/** How deep a message is looked into. */
const LEVELS = 12;

/** What each message is about. */
const LISTS: Readonly<Record<string, string>> = {
  UnitsInspected: 'InspectedUnits',
  UnitsTested: 'TestedUnits',
  UnitsArrived: 'Units',
  UnitsDeparted: 'Units',
  UnitsDisqualified: 'Units',
  WorkStarted: 'Units',
  MaterialsInstalled: 'InstalledMaterials',
  ToolsUsed: 'UsedTools',
};

/** The fields of the messages' bodies that are read. */
const READ: ReadonlySet<string> = new Set(
  (
    'TransactionID TransactionId Units UnitCount UnitIdentifier PositionNumber UnitPositionNumber InspectedUnits TestedUnits ' +
    'Inspections Tests Inspector Tester FullName OperatorIdentifier InspectionMethod TestMethod OverallResult Result ' +
    'Verification InspectionStartTime InspectionEndTime TestStartTime TestEndTime DefectsFound DefectCode ConfidenceLevel ' +
    'ComponentOfInterest ReferenceDesignator RegionOfInterest StartPointX StartPointY RegionSegments X Y Measurements ' +
    'RelatedMeasurements MeasurementName ComponentPad MeasuredValue Value ValueUnits ExpectedValue ExpectedValueUnits ' +
    'MinimumAcceptableValue MaximumAcceptableValue TimeRecorded UsedTools Tool Name UniqueIdentifier InstalledMaterials ' +
    'Material InternalPartNumber QuantityInstalled InstalledComponents InstallationTime $type'
  ).split(' '),
);
const COUNTED_ALREADY: ReadonlySet<string> = new Set(['Symptoms', 'SymptomsFound', 'RelatedSymptoms']);

type Json = Record<string, unknown>;

interface Envelope {
  line: number;
  id: string;
  at: string;
  /** The endpoint that sent it. */
  station: string | undefined;
  step: string | undefined;
  body: Json;
}

interface Work {
  started: Envelope;
  parts: Set<string>;
  /** Part -> tools. */
  tools: Map<string, Set<string>>;
}

/** Makes records of CFX messages, one after the other. */
export class CfxRecords {
  readonly #records: MadeRecords;
  readonly #open = new Map<string, Work>();
  readonly #left = new Map<string, number>();
  readonly #handlers: Readonly<Record<string, (message: Envelope) => void>> = {
    'CFX.Production.TestAndInspection.UnitsInspected': m =>
      this.#examined(m, 'InspectedUnits', 'Inspections', 'Inspector'),
    'CFX.Production.TestAndInspection.UnitsTested': m => this.#examined(m, 'TestedUnits', 'Tests', 'Tester'),
    'CFX.Production.WorkStarted': m => this.#workStarted(m),
    'CFX.Production.WorkCompleted': m => this.#workCompleted(m),
    'CFX.Production.UnitsArrived': m => this.#moved(m, m.station, 'in-process'),
    'CFX.Production.UnitsDeparted': m => this.#moved(m, undefined, 'in-process'),
    'CFX.Production.UnitsDisqualified': m => this.#moved(m, m.station, 'scrapped'),
    'CFX.Production.Assembly.MaterialsInstalled': m => this.#installed(m),
    'CFX.Production.Assembly.ToolsUsed': m => this.#toolsUsed(m),
  };

  constructor(records: MadeRecords) {
    this.#records = records;
  }

  take(text: string, line: number): void {
    const message = parsed(text);
    const name = message && textOf(message.MessageName);
    if (!message || name === undefined) {
      this.#records.refuse(line, message ? 'a JSON object without MessageName' : 'not a JSON object', text);
      return;
    }
    if (!Object.hasOwn(this.#handlers, name)) {
      this.#leave(`messages ${name}`);
      return;
    }
    const [id, at, station] = [message.UniqueID, message.TimeStamp, message.Source].map(textOf);
    if (id === undefined || at === undefined || !isObject(message.MessageBody)) {
      const lacks = id === undefined ? 'UniqueID' : at === undefined ? 'TimeStamp' : 'MessageBody';
      this.#records.refuse(line, `${name} without ${lacks}`, text);
      return;
    }
    const wrong = this.#listFault(name.slice(name.lastIndexOf('.') + 1), message.MessageBody);
    if (wrong !== undefined) {
      this.#records.refuse(line, `${name} ${wrong}`, text);
      return;
    }
    // Machines of one kind do the same step: a handle is vendor, model and the machine's own number.
    const step = station?.replace(/\.[^.]*$/, '');
    this.#handlers[name]({line, id, at, station, step, body: message.MessageBody});
    this.#leaveFields(message.MessageBody);
  }

  /** A list that is null or empty says that there is none; without it, the message is not what its name says. */
  #listFault(name: string, body: Json): string | undefined {
    const key = LISTS[name];
    if (key === undefined) return undefined;
    const list = body[key];
    const isAnonymous = key === 'Units' && (typeof body.UnitCount === 'number' || body.Units === null);
    if (list === undefined && !isAnonymous) return `without ${key}`;
    if (list !== undefined && list !== null && !(Array.isArray(list) && list.every(isObject)))
      return `whose ${key} are no list of objects`;
    if (listOf(list).length === 0) this.#leave(`${name} without ${key}`);
    return undefined;
  }

  end(): void {
    for (const work of this.#open.values()) this.#putWork(work);
    this.#open.clear();
  }

  /** What is not taken, and how often it is there. */
  notices(): string[] {
    const left = [...this.#left].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} (${times})`);
    return left.length > 0 ? [`not taken: ${left.join(', ')}`] : [];
  }

  #leave(what: string, times = 1): void {
    if (times > 0) this.#left.set(what, (this.#left.get(what) ?? 0) + times);
  }

  /** Counts what is said in fields that are not read. */
  #leaveFields(value: unknown, levels = LEVELS): void {
    if (levels === 0) return;
    if (Array.isArray(value)) for (const one of value) this.#leaveFields(one, levels - 1);
    if (!isObject(value)) return;
    for (const [key, content] of Object.entries(value)) {
      const saysNothing = content === null || content === '' || (Array.isArray(content) && content.length === 0);
      if (saysNothing || COUNTED_ALREADY.has(key)) continue;
      if (READ.has(key) || isQuantity(content)) this.#leaveFields(content, levels - 1);
      else this.#leave(`field ${key}`);
    }
  }

  /** One inspection a unit: what is found in its several inspections, or tests, is found in that. */
  #examined(message: Envelope, unitsKey: string, stepsKey: string, byKey: string): void {
    const {line, id, at: recorded_at, station, step, body} = message;
    const by = isObject(body[byKey]) ? body[byKey] : {};
    const inspector =
      textOf(by.FullName) ?? textOf(by.OperatorIdentifier) ?? textOf(body.InspectionMethod) ?? textOf(body.TestMethod);
    for (const [i, unit] of listOf(body[unitsKey]).entries()) {
      const part = partOf(unit, 'UnitPositionNumber');
      const steps = listOf(unit[stepsKey]);
      const times = steps
        .map(s => s.InspectionEndTime ?? s.TestEndTime ?? s.InspectionStartTime ?? s.TestStartTime)
        .map(textOf);
      const defects = steps.flatMap(s => listOf(s.DefectsFound));
      this.#leave('symptoms', steps.flatMap(s => [...listOf(s.Symptoms), ...listOf(s.SymptomsFound)]).length);
      const result = textOf(unit.OverallResult);
      if (result === 'Skipped') {
        this.#leave('units that were skipped');
        continue;
      }
      const verification = verificationOf(unit, steps, defects);
      const inspection = `${id}/${i + 1}`;
      const inspected_at = times.findLast(time => time !== undefined) ?? recorded_at;
      const fields = {inspection, part, inspected_at, step, station, inspector, result, verification, recorded_at};
      this.#records.put('inspection', line, fields);
      this.#putDefects(inspection, defects, verification, message);
      this.#putValues(part, unit, inspected_at, message);
    }
  }

  #putDefects(inspection: string, defects: Json[], ofUnit: string | undefined, {line, at}: Envelope): void {
    const times = new Map<string, number>();
    for (const found of defects) {
      // Of a unit whose defects were all rejected they stay: the inspection says that they are none.
      if (found.Verification === 'DefectRejected' && ofUnit !== 'rejected') {
        this.#leave('defects that were rejected among others that were not');
        continue;
      }
      const defect = textOf(found.DefectCode);
      const n = (times.get(defect ?? '') ?? 0) + 1;
      times.set(defect ?? '', n);
      const component = isObject(found.ComponentOfInterest) ? found.ComponentOfInterest : {};
      const confidence = typeof found.ConfidenceLevel === 'number' ? String(found.ConfidenceLevel / 100) : undefined;
      const view = textOf(component.ReferenceDesignator);
      const where = regionOf(found.RegionOfInterest);
      const fields = {inspection, defect, confidence, view, n: String(n), recorded_at: at};
      this.#records.put('defect', line, {...where, ...fields});
    }
  }

  #putValues(part: string | undefined, unit: Json, at: string, {line, step, at: recorded_at}: Envelope): void {
    const runs = new Map<string, number>();
    for (const measured of measurementsIn(unit)) {
      const name = textOf(measured.MeasurementName);
      const place = textOf(measured.ComponentPad);
      const values = Object.entries(measured).filter(([key, value]) => key === 'MeasuredValue' || isQuantity(value));
      if (values.length === 0) this.#leave('measurements without a value');
      for (const [key, content] of values) {
        const quantity: Json = isObject(content) ? content : {Value: content};
        const value = quantity.Value;
        // Without a value it would take back what was measured before.
        if (textOf(value) === undefined) {
          this.#leave('measurements without a value');
          continue;
        }
        const what = [place ?? name, ...(key === 'MeasuredValue' ? [] : [key])].filter(text => text).join('.');
        // A value that came in another unit than its limits does not belong among those that came in theirs.
        const parameter = hasUnitOfLimits(quantity) ? what : `${what} [${textOf(quantity.ValueUnits) ?? 'no unit'}]`;
        const run = (runs.get(parameter) ?? 0) + 1;
        runs.set(parameter, run);
        const isNumber = typeof value === 'number';
        const measured_at = textOf(measured.TimeRecorded) ?? at;
        const fields = {part, parameter, step, run: String(run), measured_at, recorded_at};
        const said = isNumber ? {value: String(value)} : {text_value: textOf(value)};
        this.#records.put('value', line, {...fields, ...said});
        if (isNumber) this.#putParameter(parameter, step, quantity, line);
      }
    }
  }

  #putParameter(parameter: string, step: string | undefined, quantity: Json, line: number): void {
    const unit = textOf(quantity.ValueUnits);
    const isComparable = hasUnitOfLimits(quantity);
    if (!isComparable) this.#leave('limits in another unit than their value');
    const [lsl, target, usl] = ['MinimumAcceptableValue', 'ExpectedValue', 'MaximumAcceptableValue'].map(key =>
      isComparable ? textOf(quantity[key]) : undefined,
    );
    this.#records.put('parameter', line, {parameter, step, unit, lsl, target, usl});
  }

  #workStarted(message: Envelope): void {
    const transaction = transactionOf(message.body);
    const units = listOf(message.body.Units).map(unit => partOf(unit, 'PositionNumber'));
    const parts = new Set(units.filter(p => p !== undefined));
    this.#leave('units of WorkStarted without UnitIdentifier', units.filter(p => p === undefined).length);
    const work = {started: message, parts, tools: new Map()};
    if (transaction === undefined) {
      this.#putWork(work);
      return;
    }
    this.#open.set(transaction, work);
    if (this.#open.size <= OPEN_MAX) return;
    const [oldest, longest] = this.#open.entries().next().value!;
    this.#open.delete(oldest);
    this.#putWork(longest);
  }

  #workCompleted({at, body}: Envelope): void {
    const transaction = transactionOf(body);
    const work = transaction === undefined ? undefined : this.#open.get(transaction);
    if (!work) {
      this.#leave('WorkCompleted without its WorkStarted in this file');
      return;
    }
    this.#open.delete(transaction!);
    this.#putWork(work, at, body.Result === 'Completed' ? undefined : textOf(body.Result));
  }

  #putWork({started, parts, tools}: Work, ended_at?: string, report_kind?: string): void {
    const {line, at: started_at, station, step} = started;
    for (const part of parts) {
      const tool = [...(tools.get(part) ?? [])].sort((a, b) => (a < b ? -1 : 1)).join(' + ') || undefined;
      const recorded_at = ended_at ?? started_at;
      this.#records.put('operation', line, {part, step, station, tool, started_at, ended_at, report_kind, recorded_at});
    }
  }

  #toolsUsed({body}: Envelope): void {
    const work = this.#open.get(transactionOf(body) ?? '');
    for (const used of listOf(body.UsedTools)) {
      const part = partOf(used, 'UnitPositionNumber');
      const name = isObject(used.Tool) ? (textOf(used.Tool.Name) ?? textOf(used.Tool.UniqueIdentifier)) : undefined;
      if (!work || part === undefined || name === undefined || !work.parts.has(part)) {
        this.#leave('tools used in no work that was started in this file');
        continue;
      }
      work.tools.set(part, (work.tools.get(part) ?? new Set()).add(name));
    }
  }

  #moved({line, at, body}: Envelope, location: string | undefined, status: string): void {
    for (const unit of listOf(body.Units))
      this.#records.put('movement', line, {part: partOf(unit, 'PositionNumber'), at, location, status});
  }

  #installed({line, at, body}: Envelope): void {
    for (const installed of listOf(body.InstalledMaterials)) {
      const material = isObject(installed.Material) ? installed.Material : {};
      const lot = textOf(material.UniqueIdentifier);
      const part = partOf(installed, 'UnitPositionNumber');
      const consumed_at = textOf(listOf(installed.InstalledComponents)[0]?.InstallationTime) ?? at;
      const quantity = textOf(installed.QuantityInstalled);
      this.#records.put('installed', line, {lot, part, consumed_at, quantity, recorded_at: at});
      if (lot !== undefined) this.#records.put('lot', line, {lot, material: textOf(material.InternalPartNumber)});
    }
  }
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Refused by whoever asked, with its line.
    return undefined;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** A value with its unit and limits. */
const isQuantity = (value: unknown) => isObject(value) && 'Value' in value;
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Several units may travel under one identifier, on a panel or a carrier: the position says which of them it is. */
function partOf(unit: Json, positionKey: string): string | undefined {
  const id = textOf(unit.UnitIdentifier);
  const position = textOf(unit[positionKey]);
  return id === undefined || position === undefined ? id : `${id}/${position}`;
}

/** Limits have no unit of their own: they are said in that of the expected value. */
function hasUnitOfLimits({ValueUnits, ExpectedValueUnits}: Json): boolean {
  return textOf(ExpectedValueUnits) === undefined || textOf(ExpectedValueUnits) === textOf(ValueUnits);
}

/** The standard spells it both ways. */
const transactionOf = (body: Json): string | undefined => textOf(body.TransactionID) ?? textOf(body.TransactionId);

function verificationOf(unit: Json, steps: Json[], defects: Json[]): string | undefined {
  const said = [unit.Verification, ...steps.map(s => s.Verification), ...defects.map(d => d.Verification)];
  if (unit.Verification === 'DefectConfirmed' || said.includes('DefectConfirmed')) return 'confirmed';
  if (unit.Verification === 'DefectRejected') return 'rejected';
  const judged = defects.length > 0 ? defects : steps.filter(s => s.Result === 'Failed');
  if (judged.length > 0 && judged.every(one => one.Verification === 'DefectRejected')) return 'rejected';
  return said.some(one => one !== undefined) && judged.length > 0 ? 'unverified' : undefined;
}

/** The rectangle around it; a point has no size. */
function regionOf(region: unknown): Record<string, string> {
  if (!isObject(region)) return {};
  const points = [{X: region.StartPointX, Y: region.StartPointY}, ...listOf(region.RegionSegments)].filter(
    (p): p is {X: number; Y: number} => typeof p.X === 'number' && typeof p.Y === 'number',
  );
  if (points.length === 0) return {};
  const [left, top] = [Math.min(...points.map(p => p.X)), Math.min(...points.map(p => p.Y))];
  const [right, bottom] = [Math.max(...points.map(p => p.X)), Math.max(...points.map(p => p.Y))];
  const at = {x: String(left), y: String(top)};
  return points.length === 1 ? at : {...at, width: String(right - left), height: String(bottom - top)};
}

/** Those of its inspections and tests, and those that led to a defect or a symptom, which are a few levels down. */
function measurementsIn(value: unknown, levels = LEVELS): Json[] {
  if (levels === 0) return [];
  if (Array.isArray(value)) return value.flatMap(one => measurementsIn(one, levels - 1));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Measurements' || key === 'RelatedMeasurements' ? listOf(inner) : measurementsIn(inner, levels - 1),
  );
}
