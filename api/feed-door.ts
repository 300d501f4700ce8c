import {resolve} from 'node:path';
import {z} from 'zod';
import type {Door, Sent} from '../ingest/feeds/feed.ts';
import type {BatchBody} from '../warehouse/project.ts';
import {query} from '../warehouse/queries.ts';
import {raiseAlert} from './alerts.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {InspectionInput} from './inspections/input.ts';
import {ingest} from './load-files.ts';
import {isMappingName} from './named-mappings.ts';
import {recordLines, recordRows} from './record-rows.ts';

const Body = z.union([z.array(z.unknown()), z.unknown().transform(one => [one])]).pipe(z.array(InspectionInput));

/** The ways in for feeds: those that files, HTTP and the command line take. */
export function feedDoor(app: App): Door {
  return {
    file: async (path, {source, mapping, ...how}) => {
      const isPath = mapping !== undefined && !isMappingName(mapping);
      const told = {...how, mapping: isPath ? resolve(app.config.folder, mapping) : mapping};
      const [receipt] = await ingest(app, [path], {...told, source: () => source});
      return receipt;
    },
    rows: (sent: readonly Sent[], source) => recordRows(app, sent, source),
    lines: (lines, source) => recordLines(app, lines, source),
    inspections: async body => {
      const checked = Body.safeParse(body);
      if (!checked.success) {
        const [{path, message}] = checked.error.issues;
        throw new FishboneError('USAGE', `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
      }
      const {results} = await app.recorder.record(checked.data, {isBounded: true, waits: false});
      const accepted = results.filter(({status}) => status === 'accepted').length;
      return {accepted, duplicates: results.length - accepted};
    },
    wasRefused: (sha256, sinceMs) =>
      app.warehouse.entries().some(({kind, at, body}) => {
        if (kind !== 'batch' || Date.parse(at) < sinceMs) return false;
        const {digest, batch, replays} = body as BatchBody;
        return digest === sha256 && batch === null && replays === undefined;
      }),
    newestReading: async (station, parameter) => {
      const {at} = await app.warehouse.read(undefined, session =>
        session.row<{at: string | null}>(query('newest-reading'), {station, parameter}),
      );
      return at;
    },
    alert: async raised => {
      await raiseAlert(app, raised);
    },
  };
}
