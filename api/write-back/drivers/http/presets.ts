import type {Preset} from './plan.ts';
import {b2mmlMaterialLot} from './presets/b2mml.ts';
import {cfxBlockMaterials, cfxLockStation} from './presets/cfx.ts';
import {erpnext} from './presets/erpnext.ts';
import {odoo} from './presets/odoo.ts';
import {opcenter} from './presets/opcenter.ts';
import {plex} from './presets/plex.ts';
import {sapDigitalManufacturing} from './presets/sap-digital-manufacturing.ts';
import {sapS4Hana} from './presets/sap-s4hana.ts';

/** Written from public documentation and compared with request fixtures: none of them has met its product yet. */
export const PRESETS = {
  'sap-digital-manufacturing': sapDigitalManufacturing,
  'sap-s4hana-batch': sapS4Hana,
  'siemens-opcenter': opcenter,
  'rockwell-plex': plex,
  'odoo-19': odoo,
  erpnext,
  'cfx-block-materials': cfxBlockMaterials,
  'cfx-lock-station': cfxLockStation,
  'b2mml-material-lot': b2mmlMaterialLot,
} satisfies Record<string, Preset>;

export const presetNames = Object.keys(PRESETS) as (keyof typeof PRESETS)[];
