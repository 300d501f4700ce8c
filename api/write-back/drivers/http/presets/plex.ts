import type {Preset, Request} from '../plan.ts';

const execute = (source: string, inputs: Record<string, string>): Request => ({
  method: 'POST',
  path: `/api/datasources/${source}/execute`,
  json: {inputs},
});
const setStatus = (status: string) =>
  execute('{updateSource}', {Serial_No: '{lot}', Container_Status: status, Note: '{hold} {reason}'});

/**
 * Sets the status of a container by one data source and reads it by another: their numbers, and in which column the
 * status is, are configuration.
 * @see Rockwell Plex, Data Source API
 */
export const plex: Preset = {
  needs: ['updateSource', 'readSource', 'statusColumn', 'heldStatus', 'freeStatus'],
  state: {
    ...execute('{readSource}', {Serial_No: '{lot}'}),
    held: [{at: 'tables.0.rows.0.{statusColumn}', is: '{heldStatus}'}],
    free: [{at: 'tables.0.rows.0.{statusColumn}', isNot: '{heldStatus}'}],
  },
  hold: [setStatus('{heldStatus}')],
  release: [setStatus('{freeStatus}')],
};
