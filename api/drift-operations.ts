/** Drift: what differs from what was accepted before, and who says that it is right. */
import {z} from 'zod';
import {Drift, DriftQuestion} from '../warehouse/drift-answers.ts';
import type {DriftEntry, ListedDrift} from '../warehouse/drift-book.ts';
import {NotFound} from '../warehouse/not-found.ts';
import {hidePersons, tellPersons} from '../warehouse/person-texts.ts';
import type {App} from './app.ts';
import {settleAlert} from './drift.ts';
import {FishboneError} from './errors.ts';
import {decided, operation} from './operation.ts';

const Text = z.string().trim().min(1);

export const DRIFT_OPERATIONS = {
  drift: operation({
    summary: 'How files differ from what was accepted from their source before: columns, units, codes, scales, gaps',
    input: DriftQuestion.strict(),
    output: z.object({drift: z.array(Drift).describe('the one told last first')}),
    run: (app, {all = false}) => ({
      drift: app.drift
        .all()
        .filter(({state}) => all || state === 'open')
        .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
        .map(one => shown(app, one)),
    }),
  }),
  'drift.accept': operation({
    summary: 'Says that a drift is right: what comes like it is taken from now on, and what waits can be replayed',
    input: z.strictObject({
      id: Text,
      reason: Text.describe('why it is right; kept with it'),
      by: Text.optional().describe('who decides; a key proves it, otherwise it is self-declared'),
    }),
    output: Drift,
    run: async (app, {id, reason, by}, caller) => accept(app, id, {reason, ...decided(by, caller)}),
  }),
} as const;

async function accept(app: App, id: string, how: {reason: string; by: string; authenticated: boolean}) {
  const found = app.drift.find(id);
  if (!found) throw new NotFound(`there is no drift "${id}": see "fishbone drift list --all"`);
  if (found.state === 'accepted')
    throw new FishboneError('CONFLICT', `drift ${id} was accepted before`, {
      hint: `by ${found.accepted!.by}: ${found.accepted!.reason}`,
    });
  if (found.name === 'drift.code')
    throw new FishboneError('USAGE', 'a code is taken when the mapping lists it', {
      hint: `add it to the mapping, then: fishbone quarantine replay ${found.batch} --mapping FILE`,
    });
  const reason = hidePersons(how.reason, app.warehouse.persons.names());
  const entry: DriftEntry = {did: 'accept', finding: id, ...how, reason};
  await app.warehouse.append('drift', entry);
  const accepted = app.drift.find(id)!;
  await settleAlert(app, accepted);
  return shown(app, accepted);
}

function shown(app: App, {key: _key, series: _series, now: _now, ...one}: ListedDrift): Drift {
  return tellPersons(one, app.warehouse.persons.names());
}
