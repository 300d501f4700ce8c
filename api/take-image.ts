import {aboutImages, type Told} from '../inference/about.ts';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {App} from './app.ts';
import {inspectImage} from './inspect-image.ts';

/**
 * One image of a watched folder.
 * @returns a receipt: rejected, with the reason, for one without a verdict, even where that is recorded as an inspection with
 * the result error; without a digest for one that may still be on its way (not `isWhole`)
 * @throws what could be otherwise the next time: a model that cannot be used, a warehouse that is busy
 */
export async function takeImage(
  app: App,
  path: string,
  {source, isWhole, model, keep, told}: {source: string; isWhole: boolean; model: string; keep: boolean; told: Told},
): Promise<Receipt> {
  const about = await aboutImages(told);
  const receipt: Receipt = {batch: null, digest: '', source, status: 'rejected', tables: [], notices: []};
  const {status, batch, inspection, reason} = await inspectImage(app, path, {model, about, keep, isWhole}).catch(
    (error: Error & {code?: string}) => {
      if (error.code !== 'CONFLICT' && error.code !== 'FILE_UNUSABLE') throw error;
      return {status: 'unknown' as const, batch: null, inspection: null, reason: error.message};
    },
  );
  if (status === 'unknown' && !isWhole) return receipt;
  if (reason !== null) receipt.notices.push(reason);
  const what = status === 'accepted' ? 'accepted' : 'duplicates';
  const count = (rows: number) => ({accepted: 0, rejected: 0, duplicates: 0, conflicts: 0, [what]: rows});
  if (status !== 'unknown' && inspection) {
    receipt.tables.push({table: 'inspections', ...count(1)}, {table: 'defects', ...count(inspection.defects.length)});
  }
  return {
    ...receipt,
    batch,
    digest: inspection?.image ?? 'unread',
    status: reason !== null ? 'rejected' : status === 'accepted' ? 'accepted' : 'duplicate',
  };
}
