import type {Preset, Request} from '../plan.ts';

const SERVICE = '/sap/opu/odata/sap/API_BATCH_SRV';
const BATCH = `${SERVICE}/Batch(Material='{material|odata}',BatchIdentifyingPlant='{batchPlant|odata}',Batch='{lot|odata}')`;

const restrict = (restricted: boolean): Request => ({
  method: 'PATCH',
  path: BATCH,
  headers: {'if-match': '{etag}'},
  json: {MatlBatchIsInRstrcdUseStock: restricted},
});

const DEFECTS = '/sap/opu/odata/sap/API_DEFECT_SRV';
/** The field has 40 characters: what tells this report from all others, then the part, which has no field of its own. */
const DEFECT_TEXT = '{id|20} {part|19}';
/** A general defect: of a material in a plant, without an inspection lot. */
const GENERAL = '06';
/** The catalog of defect types. */
const DEFECT_TYPES = '9';

/**
 * The batch goes to restricted-use stock. The material is looked up by the batch, which has to be the only one of its
 * number in the plant. A nonconformance is a defect of the part's product, which has to be the material's number there; its
 * code is one of the code group in the value `defectCodeGroup`.
 * @see SAP Business Accelerator Hub, API_BATCH_SRV, API_DEFECT_SRV (OData V2)
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
  messages: {
    nonconformance: {
      send: [
        {
          method: 'POST',
          path: `${DEFECTS}/A_Defect`,
          csrfPath: `${DEFECTS}/`,
          json: {
            DefectCategory: GENERAL,
            DefectCodeCatalog: DEFECT_TYPES,
            DefectCodeGroup: '{defectCodeGroup}',
            DefectCode: '{code}',
            DefectText: DEFECT_TEXT,
            Material: '{product}',
            Plant: '{batchPlant}',
          },
          expect: [
            {at: 'd.DefectInternalID', empty: false},
            {at: 'd.DefectCode', is: '{code}'},
          ],
        },
      ],
      lookUp: {
        method: 'GET',
        path: `${DEFECTS}/A_Defect?$filter=DefectText%20eq%20'{id|20}%20{part|19|odata}'%20and%20Plant%20eq%20'{batchPlant|odata}'&$format=json`,
        found: [{at: 'd.results', empty: false}],
      },
    },
  },
};
