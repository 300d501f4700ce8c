import type {B2mmlOut} from './b2mml-message.ts';
import type {XmlElement} from './xml-element.ts';

/** A lot, or a part. */
export interface Item {
  kind: 'lot' | 'part';
  id: string;
  /** Of a sublot or a part: the lot that it is of. */
  lot: string | undefined;
  material: string | undefined;
  quantity: string | undefined;
  line: number;
}

/** Units that count pieces: UN/ECE recommendations 20 and 21, SAP's, and words. */
const PIECES: ReadonlySet<string> = new Set('EA C62 H87 PCE PC PCS ST EACH PIECE PIECES UNIT UNITS'.split(' '));

/** A sublot of one piece is a part: how B2MML says a serial number. */
export function isOnePiece(of: XmlElement): boolean {
  const quantity = of.children.find(({name}) => name === 'Quantity');
  const said = (name: string) => quantity?.children.find(child => child.name === name)?.own();
  return Number(said('QuantityString')) === 1 && PIECES.has((said('UnitOfMeasure') ?? '').toUpperCase());
}

/** What a MaterialActual names: sublots or, where it names none, lots. */
export function itemsOf(actual: XmlElement, out: B2mmlOut): Item[] {
  const lots = actual.texts('MaterialLotID');
  const sublots = actual.texts('MaterialSubLotID');
  const material = actual.text('MaterialDefinitionID');
  const ids = sublots.length > 0 ? sublots : lots;
  const kind = sublots.length === 1 && isOnePiece(actual) ? 'part' : 'lot';
  const sent = out.quantity(actual);
  return ids.map(id => ({
    kind,
    id,
    lot: sublots.length > 0 && lots.length === 1 ? lots[0] : undefined,
    material,
    // Of several, it is that of all together.
    quantity: ids.length === 1 ? sent : undefined,
    line: actual.line,
  }));
}

/** What of it does not change with the message: its material, and the lot that it is of. */
export function putLots(item: Item, out: B2mmlOut): void {
  const {line, material} = item;
  for (const lot of [item.kind === 'lot' ? item.id : undefined, item.lot])
    if (lot !== undefined && material !== undefined) out.records.put('lot', line, {lot, material});
  if (item.kind === 'lot' && item.lot !== undefined) putLink({...item, kind: 'lot', id: item.lot}, item, {line}, out);
}

export function putLink(
  parent: Pick<Item, 'kind' | 'id'>,
  child: Pick<Item, 'kind' | 'id'>,
  said: {line: number; consumed_at?: string; quantity?: string; recorded_at?: string},
  out: B2mmlOut,
): void {
  const {line, ...fields} = said;
  const ends = {parent: parent.id, parent_kind: parent.kind, child: child.id, child_kind: child.kind};
  out.records.put('link', line, {...ends, ...fields});
}
