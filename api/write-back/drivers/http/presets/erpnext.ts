import type {Preset, Request} from '../plan.ts';

const disable = (disabled: 0 | 1): Request => ({
  method: 'PUT',
  path: '/api/resource/Batch/{lot}',
  json: {disabled},
  expect: [{at: 'data.disabled', is: disabled}],
});

/**
 * The batch is disabled: no document can use it.
 * @see Frappe Framework, REST API; ERPNext, Batch
 */
export const erpnext: Preset = {
  needs: [],
  state: {
    method: 'GET',
    path: '/api/resource/Batch/{lot}',
    held: [{at: 'data.disabled', is: 1}],
    free: [{at: 'data.disabled', is: 0}],
  },
  hold: [disable(1)],
  release: [disable(0)],
};
