import {join} from 'node:path';
import {modelCards} from '../inference/registry.ts';
import type {CardReference} from '../warehouse/inspectors/drift.ts';
import type {App} from './app.ts';

/** What the cards of models say that images looked like, by the name of the inspector. Of two with one name the plant's own. */
export async function cardReferences(app: App): Promise<Map<string, CardReference>> {
  const found = new Map<string, CardReference>();
  for (const {name, version, reference} of await modelCards(join(app.config.folder, 'models'))) {
    const inspector = `${name}@${version}`;
    if (reference === undefined || found.has(inspector)) continue;
    const {on, images, ...spreads} = reference;
    found.set(inspector, {on, images, spreads});
  }
  return found;
}
