import type {Preset, Request} from '../plan.ts';

const SERVICE = '/sap/opu/odata/sap/API_BATCH_SRV';
const BATCH = `${SERVICE}/Batch(Material='{material|odata}',BatchIdentifyingPlant='{batchPlant|odata}',Batch='{lot|odata}')`;

const restrict = (restricted: boolean): Request => ({
  method: 'PATCH',
  path: BATCH,
  headers: {'if-match': '{etag}'},
  json: {MatlBatchIsInRstrcdUseStock: restricted},
});

/**
 * The batch goes to restricted-use stock. The material is looked up by the batch, which has to be the only one of its
 * number in the plant.
 * @see SAP Business Accelerator Hub, API_BATCH_SRV (OData V2)
 */
export const sapS4Hana: Preset = {
  needs: ['batchPlant'],
  csrfPath: `${SERVICE}/`,
  find: [
    {
      method: 'GET',
      path: `${SERVICE}/Batch?$filter=Batch%20eq%20'{lot|odata}'%20and%20BatchIdentifyingPlant%20eq%20'{batchPlant|odata}'&$format=json`,
      keep: {material: 'd.results.0.Material'},
      expect: [
        {at: 'd.results', empty: false},
        {at: 'd.results.1', empty: true},
      ],
    },
  ],
  state: {
    method: 'GET',
    path: `${BATCH}?$format=json`,
    keep: {etag: 'header:etag'},
    held: [{at: 'd.MatlBatchIsInRstrcdUseStock', is: true}],
    free: [{at: 'd.MatlBatchIsInRstrcdUseStock', is: false}],
  },
  hold: [restrict(true)],
  release: [restrict(false)],
};
