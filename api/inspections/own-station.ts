/** What the key of a station may record: what is said of that station, and versions of nothing else. */
import {stationsOfInspections} from '../../warehouse/table-rows.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {InspectionInput} from './input.ts';

/**
 * @param own undefined: of any
 * @throws FishboneError FORBIDDEN; a station that is not said is not guessed from the key
 */
export function refuseOtherStation(
  own: string | undefined,
  sent: readonly {what: string; station?: string | null}[],
): void {
  if (own === undefined) return;
  for (const {what, station = null} of sent) {
    if (station === own) continue;
    const told = station === null ? 'says no station' : `is of station ${station}`;
    throw new FishboneError('FORBIDDEN', `${what} ${told}, and this key records of ${own} only`, {
      hint: `say "station": "${own}", or use another key; nothing was recorded`,
    });
  }
}

/** A correction would take the place of what another station recorded. @throws FishboneError FORBIDDEN */
export async function refuseVersionsOfOthers(app: App, inspections: readonly InspectionInput[], own: string) {
  const ids = inspections.map(({inspection}) => inspection);
  for (const [id, station] of await stationsOfInspections(app.warehouse, ids)) {
    if (station === own) continue;
    throw new FishboneError('FORBIDDEN', `inspection ${id} is known, and not as one of ${own}`, {
      hint: 'give it an id of its own; nothing was recorded',
    });
  }
}
