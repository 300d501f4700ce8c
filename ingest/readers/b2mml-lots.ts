import {type Item, isOnePiece, putLink, putLots} from './b2mml-items.ts';
import type {Around, B2mmlOut} from './b2mml-message.ts';
import type {XmlElement} from './xml-element.ts';

/** What a disposition says of where a lot is. */
const STATUS: Readonly<Record<string, string>> = {
  'in-process': 'in-process',
  restricted: 'quarantine',
  unrestricted: 'stock',
};

/** A MaterialLot or MaterialSubLot, with the sublots in it and the lots that it was put together of. */
export function lotsOf(object: XmlElement, around: Around, out: B2mmlOut): void {
  // Some senders name the material there, and in the lot nothing.
  const material = around.said('MaterialInformation', 'ID');
  new Lots(around, out).take(object, {material});
}

/** Where a lot is said: on its own, in the lot that it is of, or in one that it was put into. */
interface Place {
  of?: Item;
  into?: Item;
  /** If it names none itself. */
  material?: string;
}

class Lots {
  readonly #out: B2mmlOut;
  readonly #around: Around;

  constructor(around: Around, out: B2mmlOut) {
    this.#around = around;
    this.#out = out;
  }

  take(object: XmlElement, place: Place): Item | undefined {
    const item = this.#itemOf(object, place);
    if (!item) return undefined;
    const recorded_at = this.#around.recordedAt(object);
    const {line} = object;
    putLots(item, this.#out);
    // What it was put into often says no more of it than who it is.
    if (item.kind === 'part' && (item.material !== undefined || !place.into))
      this.#out.records.put('part', line, {part: item.id, product: item.material, lot: item.lot});
    this.#putPlace(object, item, recorded_at);
    for (const inner of object.all('MaterialSubLot', 'MaterialSubLotChild')) this.take(inner, {of: item});
    this.#assemble(object, item, recorded_at);
    return item;
  }

  #itemOf(object: XmlElement, {of, into, material: around}: Place): Item | undefined {
    const {line} = object;
    const id = object.text('ID');
    if (id === undefined) {
      this.#out.refuse(object, 'has no ID');
      return undefined;
    }
    let material = object.text('MaterialDefinitionID') ?? of?.material;
    if (material === undefined && around !== undefined) {
      material = around;
      this.#out.say(
        'lots name no MaterialDefinitionID: their material is the ID of the MaterialInformation around them',
      );
    }
    const isSubLot = object.name.includes('SubLot');
    const kind = isSubLot && isOnePiece(object) ? 'part' : 'lot';
    const lot = isSubLot ? (object.text('MaterialLotID') ?? of?.id) : undefined;
    if (kind === 'lot' && material === undefined && lot === undefined && !into)
      this.#out.refuse(object, `${id} names no material`);
    return {kind, id, lot: of?.kind === 'part' ? of.lot : lot, material, quantity: undefined, line};
  }

  #putPlace(object: XmlElement, {kind, id, line}: Item, at: string | undefined): void {
    const location = placeOf(object.first('StorageLocation') ?? object.first('Location'));
    const disposition = object.text('Disposition');
    const status = STATUS[disposition?.toLowerCase() ?? ''];
    if (disposition !== undefined && status === undefined) this.#out.leave(`disposition ${disposition}`);
    if (location === undefined && status === undefined) return;
    if (at === undefined) this.#out.leave('places of lots without a time');
    else this.#out.records.put('movement', line, {kind, id, at, location, status, recorded_at: at});
  }

  #assemble(object: XmlElement, item: Item, recorded_at: string | undefined): void {
    const type = object.text('AssemblyType') ?? 'Physical';
    const relationship = object.text('AssemblyRelationship') ?? 'Permanent';
    const inner = object.all('AssemblyLot', 'AssemblySubLot').map(lot => this.take(lot, {into: item}));
    const named = ['AssemblyLotID', 'AssemblySubLotID'].flatMap(name => object.texts(name));
    const components: Pick<Item, 'kind' | 'id'>[] = [
      ...inner.filter(one => one !== undefined),
      ...named.map(id => ({kind: 'lot' as const, id})),
    ];
    if (components.length > 0 && (type === 'Logical' || relationship === 'Transient')) {
      this.#out.leave(`assemblies that are ${type === 'Logical' ? type : relationship}`, components.length);
      return;
    }
    for (const component of components) putLink(component, item, {line: item.line, recorded_at}, this.#out);
  }
}

/** From the outside in, as `hall/shelf`. */
function placeOf(place: XmlElement | undefined): string | undefined {
  if (!place) return undefined;
  place.all('LocationType', 'EquipmentElementLevel', 'EquipmentLevel');
  const inner = placeOf(place.first('LocationChild') ?? place.first('HierarchyScopeChild'));
  const here = place.text('Location', 'EquipmentID') ?? place.own();
  return [here, inner].filter(text => text !== undefined).join('/') || undefined;
}
