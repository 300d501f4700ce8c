import type {Preset, Request} from '../plan.ts';

const disable = (disabled: 0 | 1): Request => ({
  method: 'PUT',
  path: '/api/resource/Batch/{lot}',
  json: {disabled},
  expect: [{at: 'data.disabled', is: disabled}],
});

const NONCONFORMANCES = '/api/resource/Non%20Conformance';

/**
 * The batch is disabled: no document can use it. A nonconformance needs a quality procedure, the value `procedure`; it bears
 * the message's id, by which it is found again.
 * @see Frappe Framework, REST API; ERPNext, Batch, Non Conformance
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
  messages: {
    nonconformance: {
      send: [
        {
          method: 'POST',
          path: NONCONFORMANCES,
          json: {
            subject: 'Fishbone {id}',
            procedure: '{procedure}',
            status: 'Open',
            details: '{rule}: {text} ({code})',
          },
          expect: [{at: 'data.subject', is: 'Fishbone {id}'}],
        },
      ],
      lookUp: {
        method: 'GET',
        path: `${NONCONFORMANCES}?filters=[["subject","=","Fishbone%20{id}"]]`,
        found: [{at: 'data', empty: false}],
      },
    },
  },
};
