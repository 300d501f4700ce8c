import type {Preset, Request} from '../plan.ts';

const tell = (path: string): Request => ({
  method: 'POST',
  path,
  json: {plant: '{site}', sfcs: ['{lot}'], comments: '{hold} {reason}: {text}'},
});

/**
 * The SFC of the lot's name is put on hold.
 * @see SAP Business Accelerator Hub, SAP Digital Manufacturing, SFC
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
};
