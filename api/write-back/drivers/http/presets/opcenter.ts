import type {Preset, Request} from '../plan.ts';

const command = (name: string): Request => ({
  method: 'POST',
  path: `/sit-svc/Application/{app}/odata/${name}`,
  json: {command: {NId: '{lot}', Reason: '{reason}', Comment: '{hold}: {text}'}},
  expect: [{at: 'Succeeded', isNot: false}],
});

/**
 * Commands of the plant's own application: their names, and where the state of a lot is, are configuration.
 * @see Siemens Opcenter Execution Foundation, public OData service layer
 */
export const opcenter: Preset = {
  needs: ['app', 'holdCommand', 'releaseCommand', 'entity', 'heldStatus'],
  state: {
    method: 'GET',
    path: "/sit-svc/Application/{app}/odata/{entity}?$filter=NId%20eq%20'{lot|odata}'",
    held: [{at: 'value.*.Status.StatusNId', is: '{heldStatus}'}],
    free: [{at: 'value.*.Status.StatusNId', isNot: '{heldStatus}'}],
  },
  hold: [command('{holdCommand}')],
  release: [command('{releaseCommand}')],
};
