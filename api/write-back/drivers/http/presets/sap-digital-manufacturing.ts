import type {Preset, Request} from '../plan.ts';

const tell = (path: string): Request => ({
  method: 'POST',
  path,
  json: {plant: '{site}', sfcs: ['{lot}'], comments: '{hold} {reason}: {text}'},
});

/**
 * The SFC of the lot's name is put on hold. A nonconformance is logged on the SFC of the part's name; whether it was, nobody
 * can ask by our id, so a time-out asks a person.
 * @see SAP Business Accelerator Hub, SAP Digital Manufacturing, SFC, Nonconformance
 */
export const sapDigitalManufacturing: Preset = {
  needs: ['site'],
  state: {
    method: 'GET',
    path: '/sfc/v1/sfcdetail?plant={site}&sfc={lot}',
    // 404 is the code of the status HOLD, not an HTTP status.
    held: [{at: 'status.code', is: ['404', 'HOLD']}],
    free: [{at: 'status.code', isNot: ['404', 'HOLD']}],
  },
  hold: [tell('/sfc/v1/sfcs/hold')],
  release: [tell('/sfc/v1/sfcs/release')],
  messages: {
    nonconformance: {
      send: [
        {
          method: 'POST',
          path: '/nonconformance/v1/log',
          json: {plant: '{site}', code: '{code}', sfcs: ['{part}'], workCenter: '{station}', quantity: 1},
        },
      ],
    },
  },
};
