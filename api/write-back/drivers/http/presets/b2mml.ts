import type {Preset, Request} from '../plan.ts';

const NAMESPACE = 'http://www.mesa.org/xml/B2MML';
const area = '<ApplicationArea><CreationDateTime>{decidedAt}</CreationDateTime><BODID>{id}</BODID></ApplicationArea>';

const change = (disposition: string): Request => ({
  method: 'POST',
  path: '',
  xml: [
    `<SyncMaterialLot xmlns="${NAMESPACE}" releaseID="7.0">${area}`,
    '<DataArea><Sync><ActionCriteria><ActionExpression actionCode="Change"/></ActionCriteria></Sync>',
    `<MaterialLot><ID>{lot}</ID><Description>{hold} {reason}: {text}</Description>`,
    `<Disposition>${disposition}</Disposition></MaterialLot></DataArea></SyncMaterialLot>`,
  ].join(''),
});

/**
 * The disposition of the material lot becomes Restricted.
 * @see MESA International, B2MML V0700, MaterialLot
 */
export const b2mmlMaterialLot: Preset = {
  needs: [],
  headers: {accept: 'application/xml'},
  state: {
    method: 'POST',
    path: '',
    xml: [
      `<GetMaterialLot xmlns="${NAMESPACE}" releaseID="7.0">${area}`,
      '<DataArea><Get/><MaterialLot><ID>{lot}</ID></MaterialLot></DataArea></GetMaterialLot>',
    ].join(''),
    held: [
      {at: 'ShowMaterialLot.DataArea.MaterialLot.ID', is: '{lot}'},
      {at: 'ShowMaterialLot.DataArea.MaterialLot.Disposition', is: 'Restricted'},
    ],
    free: [
      {at: 'ShowMaterialLot.DataArea.MaterialLot.ID', is: '{lot}'},
      {at: 'ShowMaterialLot.DataArea.MaterialLot.Disposition', isNot: 'Restricted'},
    ],
  },
  hold: [change('Restricted')],
  release: [change('UnRestricted')],
};
