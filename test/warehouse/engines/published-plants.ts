/** Two plants that work alike, give their parts and lots the same ids, and publish into one place. */
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openApp} from '../../../api/app.ts';
import {ingest} from '../../../api/load-files.ts';
import {makePlant} from '../../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../../ingest/demo-plant/write.ts';
import {publish} from '../../../warehouse/publish/publish.ts';
import type {Warehouse} from '../../../warehouse/store.ts';

export interface PublishedPlants {
  place: string;
  plants: {key: string; warehouse: Warehouse}[];
  close(): Promise<void>;
}

const SMALL = {lots: 24, partsPerLot: 14, steps: 8, parameters: 12, products: 2, weeks: 2, uninspectedLots: 1, rate: 2};

/** What no demo plant has: a part inspected twice, put right in rework, a rejected fail, a part without a lot. */
const MORE: Record<string, string> = {
  'parts.csv':
    'part,product,made_at\nX-1,P-EXTRA,2026-03-02T08:00:00Z\nX-2,P-EXTRA,2026-03-02T08:30:00Z\nX-3,,2026-03-02T09:00:00Z',
  'inspections.csv': `inspection,part,inspected_at,step,station,result,verification
X-I1,X-1,2026-03-02T10:00:00Z,aoi,AOI-9,fail,
X-I2,X-1,2026-03-02T11:00:00.250Z,touch-up,RW-1,pass,
X-I3,X-2,2026-03-02T10:00:00Z,aoi,AOI-9,fail,rejected
X-I4,X-2,2026-03-02T12:00:00Z,final,FIN-1,pass,
X-I5,X-1,2026-03-02T12:00:00Z,aoi,AOI-9,pass,
X-I6,X-3,,aoi,AOI-9,error,
X-I7,X-1,2026-03-02T13:00:00Z,final,FIN-1,pass,`,
  'defects.csv': 'inspection,defect,n\nX-I1,scratch,1\nX-I1,scratch,2\nX-I1,odd one,1',
  'defect_codes.csv': 'defect,group,severity_weight,cost\nodd one,oddities,2.5,\n',
  'products.csv': 'product,opportunities,cost\nP-EXTRA,3,7.3\n',
};

/**
 * @param without tables that are left out: what an engine is not asked for, where an answer is to be the same in every word
 */
export async function publishedPlants({
  without = [],
  keys = ['oslo', 'turin'],
  weeks = SMALL.weeks,
}: {
  without?: readonly string[];
  keys?: readonly string[];
  weeks?: number;
} = {}): Promise<PublishedPlants> {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-company-'));
  const place = join(folder, 'place');
  const plants: PublishedPlants['plants'] = [];
  const closing: (() => Promise<unknown>)[] = [];
  for (const [k, key] of keys.entries()) {
    const seed = 5 + k;
    const files = join(folder, `${key}-files`);
    await writePlant(files, makePlant({...SMALL, weeks, seed}), () => undefined);
    rmSync(join(files, 'truth.json'), {force: true});
    const more = join(folder, `${key}-more`);
    mkdirSync(more);
    for (const [name, text] of Object.entries(MORE)) writeFileSync(join(more, name), text);
    const home = join(folder, key);
    mkdirSync(home);
    writeFileSync(join(home, 'fishbone.json'), JSON.stringify({plant: key}));
    const app = await openApp(home, {make: true});
    const named = readdirSync(files, {withFileTypes: true}).filter(
      entry => entry.isFile() && !without.includes(entry.name.split('.')[0]),
    );
    await ingest(
      app,
      named.map(({name}) => join(files, name)),
    );
    await ingest(app, [join(files, 'wide')], {wide: true});
    await ingest(app, [more]);
    await publish(app.warehouse, place, {company: true, parquetOnly: true, names: true, largeRows: 200});
    plants.push({key, warehouse: app.warehouse});
    closing.push(() => app.close());
  }
  return {
    place,
    plants,
    async close() {
      for (const close of closing) await close();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
