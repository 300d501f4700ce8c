import type {Around, B2mmlOut} from './b2mml-message.ts';
import type {XmlElement} from './xml-element.ts';
import {endOf} from './xsd-duration.ts';

/** An entry of a calendar, with those in it. */
export function shiftsOf(entry: XmlElement, around: Around, out: B2mmlOut): void {
  const inner = entry.all('WorkCalendarEntryChild');
  for (const one of inner) shiftsOf(one, around, out);
  const type = entry.text('EntryType');
  // An entry of a day, say, only holds the shifts.
  if (type === undefined && inner.length > 0) return;
  if (type !== undefined && !/shift|^work/i.test(type)) {
    out.leaveWhole(entry, `calendar entries of the type ${type}`);
    return;
  }
  // The schema spells it so; the ID is that of one day's entry.
  const pattern = entry.text('WorkCalendarDefintionEntryID', 'WorkCalendarDefinitionEntryID');
  const shift = pattern ?? entry.text('Description', 'ID');
  const starts_at = entry.text('StartDateTime', 'StartTime');
  const duration = entry.text('Duration');
  const finish = entry.text('FinishDateTime', 'EndDateTime', 'EndTime');
  const ends_at = finish ?? (starts_at && duration ? endOf(starts_at, duration) : undefined);
  entry.all('ID', 'Description', 'Duration');
  if (duration !== undefined && ends_at === undefined) {
    out.refuse(entry, `a length that cannot be added to its start: "${duration}" to "${starts_at ?? ''}"`);
    return;
  }
  out.records.put('shift', entry.line, {
    shift,
    crew: crewOf(entry),
    starts_at,
    ends_at,
    recorded_at: around.recordedAt(entry),
  });
}

function crewOf(entry: XmlElement): string | undefined {
  const property = entry.children.find(
    ({name, children}) =>
      name === 'WorkCalendarEntryProperty' &&
      children.some(child => child.name === 'ID' && /^(?:crew|team)$/i.test(child.own() ?? '')),
  );
  if (!property) return undefined;
  property.isRead = true;
  property.all('ID', 'Description');
  const value = property.first('Value');
  value?.all('DataType', 'UnitOfMeasure');
  return value?.text('ValueString');
}
