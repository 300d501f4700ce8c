import type {Around, B2mmlOut} from './b2mml-message.ts';
import type {XmlElement} from './xml-element.ts';

const LINES: ReadonlySet<string> = new Set(['ProductionLine', 'ProcessCell', 'WorkCenter']);
const STATIONS: ReadonlySet<string> = new Set(['WorkCell', 'Unit', 'WorkUnit', 'ProductionUnit']);

/** The stations of a tree of equipment, each on the line that it is in. */
export class B2mmlEquipment {
  readonly #around: Around;
  readonly #out: B2mmlOut;

  constructor(around: Around, out: B2mmlOut) {
    this.#around = around;
    this.#out = out;
  }

  take(object: XmlElement, around?: string): void {
    const station = object.text('ID');
    const level = object.text('EquipmentLevel', 'EquipmentElementLevel');
    const inner = object.all('EquipmentChild', 'Equipment');
    const recorded_at = this.#around.recordedAt(object);
    if (station === undefined) this.#out.refuse(object, 'has no ID');
    // Without a level, what holds nothing else is where work is done.
    else if (level === undefined ? inner.length === 0 : STATIONS.has(level))
      this.#out.records.put('station', object.line, {station, line: around ?? lineOf(object), recorded_at});
    else this.#out.leave(`equipment of the level ${level ?? 'not said, which holds other equipment'}`);
    const line = level !== undefined && LINES.has(level) ? station : around;
    for (const one of inner) this.take(one, line);
  }
}

/** The scope that it is said for, if that is a line. */
function lineOf(object: XmlElement): string | undefined {
  for (let scope = object.first('HierarchyScope'); scope; scope = scope.first('HierarchyScopeChild'))
    if (LINES.has(scope.text('EquipmentLevel', 'EquipmentElementLevel') ?? '')) return scope.text('EquipmentID');
  return undefined;
}

/** The innermost equipment of a scope, if work is done there. */
export function stationOf(object: XmlElement): string | undefined {
  let station: string | undefined;
  for (let scope = object.first('HierarchyScope'); scope; scope = scope.first('HierarchyScopeChild')) {
    const id = scope.text('EquipmentID');
    station = STATIONS.has(scope.text('EquipmentLevel', 'EquipmentElementLevel') ?? '') ? id : undefined;
  }
  return station;
}
