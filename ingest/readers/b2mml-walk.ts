import {B2mmlEquipment} from './b2mml-equipment.ts';
import {lotsOf} from './b2mml-lots.ts';
import type {Around, B2mmlOut} from './b2mml-message.ts';
import {ordersOf} from './b2mml-orders.ts';
import {shiftsOf} from './b2mml-shifts.ts';
import {testResultsOf} from './b2mml-tests.ts';
import {jobOf, responseOf} from './b2mml-work.ts';
import type {XmlEvents} from './xml.ts';
import {XmlElement} from './xml-element.ts';

/** Each is taken as a whole, and then forgotten. */
const OBJECTS: Readonly<Record<string, (object: XmlElement, around: Around, out: B2mmlOut) => void>> = {
  JobOrder: ordersOf,
  OperationsRequest: ordersOf,
  ProductionRequest: ordersOf,
  JobResponse: jobOf,
  OperationsResponse: responseOf,
  ProductionResponse: responseOf,
  MaterialLot: lotsOf,
  MaterialSubLot: lotsOf,
  MaterialDefinition: (object, around, out) => {
    const recorded_at = around.recordedAt(object);
    out.records.put('product', object.line, {product: object.text('ID'), recorded_at});
  },
  Equipment: (object, around, out) => new B2mmlEquipment(around, out).take(object),
  WorkCalendarEntry: shiftsOf,
  TestResult: (object, around, out) => testResultsOf(object, {recorded_at: around.recordedAt(object)}, out),
};

/** Hold objects, as many as there are: they are gone through, not kept. */
const HOLDERS: ReadonlySet<string> = new Set(
  (
    'DataArea JobList JobOrderList WorkSchedule WorkScheduleChild WorkRequest WorkRequestChild OperationsSchedule ' +
    'ProductionSchedule JobResponseList WorkPerformance WorkPerformanceChild WorkResponse WorkResponseChild ' +
    'OperationsPerformance ProductionPerformance MaterialInformation EquipmentInformation WorkCalendarInformation ' +
    'WorkCalendar OperationsTestInformation'
  ).split(' '),
);
const MESSAGE = /^(Get|Show|Process|Acknowledge|Change|Respond|Cancel|Sync|Confirm)[A-Z]/;
/** Those that state what is: the others ask, answer or take back. */
const STATING: ReadonlySet<string> = new Set(['Show', 'Process', 'Change', 'Sync']);
/** Of holders; what is asked of them when an object is taken. */
const SAID: ReadonlySet<string> = new Set(['ID', 'PublishedDate', 'WorkRequestID', 'ApplicationArea']);

/** Of one object; an element counts as a hundred. */
const CHARACTERS_MAX = 32 << 20;
const STRAY_CHARACTERS = 1000;

/** Of a root without a namespace: a name that means something here. */
export function isB2mmlName(name: string): boolean {
  const bare = name.replace(MESSAGE, verb => verb.slice(-1));
  return Object.hasOwn(OBJECTS, bare) || (HOLDERS.has(bare) && bare !== 'DataArea');
}

/** Goes through the messages of a file and takes their objects one by one, so that memory does not grow with the file. */
export class B2mmlWalk implements XmlEvents {
  readonly #out: B2mmlOut;
  /** Holders that are open, the outermost first. */
  readonly #around: XmlElement[] = [];
  /** Open elements of what is being read as a whole, the outermost first. */
  readonly #open: XmlElement[] = [];
  #size = 0;
  #namespace: string | undefined;
  /** The message that is open is not one that states something. */
  #isLeft = false;

  constructor(out: B2mmlOut) {
    this.#out = out;
  }

  open(local: string, namespace: string, attributes: Readonly<Record<string, string>>, line: number): void {
    this.#namespace ??= namespace;
    const name = namespace === this.#namespace ? local : `{${namespace}}${local}`;
    const element = new XmlElement(name, line, attributes);
    const isFirst = this.#around.length === 0;
    if (this.#open.length > 0 || (!this.#holds(name) && !(isFirst && !Object.hasOwn(OBJECTS, name)))) {
      this.#size += 100;
      if (this.#size <= CHARACTERS_MAX) this.#open.at(-1)?.children.push(element);
      this.#open.push(element);
      return;
    }
    const verb = MESSAGE.exec(name)?.[1];
    if (verb !== undefined) {
      this.#isLeft = !STATING.has(verb);
      if (this.#isLeft) this.#out.leave(`messages ${name}`);
    }
    if (isFirst && verb === undefined && !HOLDERS.has(name)) this.#out.leave(`element ${name}`);
    this.#around.push(element);
  }

  text(text: string): void {
    const element = this.#open.at(-1);
    if (element) {
      this.#size += text.length;
      if (this.#size <= CHARACTERS_MAX) element.content += text;
      return;
    }
    const holder = this.#around.at(-1);
    if (holder && holder.content.length < STRAY_CHARACTERS) holder.content += text.trim();
  }

  close(): void {
    const element = this.#open.pop();
    if (!element) {
      const holder = this.#around.pop()!;
      if (holder.own() !== undefined) this.#out.refuse(holder, 'text between its elements');
      if (MESSAGE.test(holder.name)) this.#isLeft = false;
      return;
    }
    if (this.#open.length > 0) return;
    const isTooLarge = this.#size > CHARACTERS_MAX;
    this.#size = 0;
    if (isTooLarge) this.#out.refuse(element, `holds more than ${CHARACTERS_MAX >> 20} million characters`);
    else this.#take(element);
  }

  #holds(name: string): boolean {
    return HOLDERS.has(name) || MESSAGE.test(name);
  }

  #take(element: XmlElement): void {
    const holder = this.#around.at(-1);
    if (Object.hasOwn(OBJECTS, element.name)) {
      if (this.#isLeft) return;
      OBJECTS[element.name](element, this.#aroundIt(), this.#out);
      this.#tellUnread(element);
    } else if (
      holder?.name === 'DataArea' &&
      /^(Get|Show|Process|Acknowledge|Change|Respond|Cancel|Sync)$/.test(element.name)
    ) {
      if (this.#isLeft || !saysDelete(element)) return;
      this.#isLeft = true;
      this.#out.leave('messages that delete');
    } else if (holder && SAID.has(element.name) && !holder.children.some(({name}) => name === element.name)) {
      holder.children.push(element);
      this.#tellObjects(element);
    } else if (!element.saysNothing && !this.#isLeft) {
      this.#out.leave(`element ${element.name}`);
      this.#tellObjects(element);
    }
  }

  #aroundIt(): Around {
    const inside = [...this.#around].reverse();
    const published = inside.map(one => one.text('PublishedDate')).find(text => text !== undefined);
    const sent = inside
      .map(one => one.children.find(child => child.name === 'ApplicationArea')?.text('CreationDateTime'))
      .find(text => text !== undefined);
    return {
      said: (holder, name) => (inside.at(0)?.name === holder ? inside[0].text(name) : undefined),
      recordedAt: object => object.text('PublishedDate') ?? published ?? sent,
    };
  }

  #tellUnread(element: XmlElement): void {
    if (element.isTold) return;
    if (element.children.length > 0 && element.own() !== undefined)
      this.#out.refuse(element, 'text between its elements');
    for (const child of element.children) {
      if (child.isRead) this.#tellUnread(child);
      else if (Object.hasOwn(OBJECTS, child.name)) this.#out.refuse(child, `not expected in ${element.name}`);
      else if (!child.saysNothing) this.#out.leave(`element ${child.name}`);
    }
  }

  /** An object in a place where none is expected is not lost without its line. */
  #tellObjects(element: XmlElement): void {
    for (const child of element.children) {
      if (Object.hasOwn(OBJECTS, child.name)) this.#out.refuse(child, `not expected in ${element.name}`);
      else this.#tellObjects(child);
    }
  }
}

function saysDelete(element: XmlElement): boolean {
  return /^(delete|remove)/i.test(element.attributes.actionCode ?? '') || element.children.some(saysDelete);
}
