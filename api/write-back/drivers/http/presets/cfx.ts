import type {Preset, Request} from '../plan.ts';

const person = {ActorType: 'Human', LoginName: 'fishbone'};

/** A request of CFX in its envelope; the answer has to say Success, in an envelope or bare. */
const send = (name: string, body: Exclude<Request['json'], undefined>): Request => ({
  method: 'POST',
  path: '',
  json: {
    MessageName: `CFX.${name}Request`,
    Version: '2.1',
    TimeStamp: '{decidedAt}',
    UniqueID: '{id}',
    Source: '{source}',
    Target: '{target}',
    RequestID: '{id}',
    MessageBody: body,
  },
  expect: [{at: 'MessageBody.Result.Result', is: 'Success'}],
});

/**
 * Material packages are blocked. Partial success names what was not blocked, and is no success for a lot.
 * @see IPC-2591 CFX, CFX.Materials.Management.BlockMaterialsRequest
 */
export const cfxBlockMaterials: Preset = {
  needs: ['source', 'target'],
  hold: [
    {
      ...send('Materials.Management.BlockMaterials', {
        MaterialPackageIdentifiers: ['{lot}'],
        Reason: 'SuspectedProblem',
        Comments: '{hold} {reason}: {text}',
        Blocker: person,
      }),
      expect: [
        {at: 'MessageBody.Result.Result', is: 'Success'},
        {at: 'MessageBody.MaterialsPackagesNotBlocked', empty: true},
      ],
    },
  ],
  release: [
    send('Materials.Management.UnblockMaterials', {
      Materials: [{UniqueIdentifier: '{lot}'}],
      Comments: '{hold} {reason}',
      Unblocker: person,
    }),
  ],
};

/**
 * The station that the url leads to is locked, whatever the lot. A person unlocks it there: that one lot is released says
 * nothing of the others that stopped it.
 * @see IPC-2591 CFX, CFX.Production.LockStationRequest
 */
export const cfxLockStation: Preset = {
  needs: ['source', 'target'],
  hold: [send('Production.LockStation', {Lane: null, Stage: null, Reason: 'QualityIssue', Requestor: person})],
  release: [],
};
