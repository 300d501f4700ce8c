import {z} from 'zod';
import {ofDisk} from '../warehouse/disk-refused.ts';
import {asFishboneError, FishboneError} from './errors.ts';

/** Whatever was thrown, as an entry of the one catalogue. */
export function translateError(thrown: unknown): FishboneError {
  const error = ofDisk(thrown, 'the warehouse');
  if (error instanceof z.ZodError) return new FishboneError('USAGE', sentence(error), {cause: error});
  if (error instanceof Error && /^out of memory error/i.test(error.message)) {
    const hint = 'nothing was recorded: send it in smaller files, or raise memoryLimitMb in fishbone.json';
    return new FishboneError('MEMORY_SHORT', error.message.split('\n')[0], {hint, cause: error});
  }
  return asFishboneError(error);
}

function sentence(error: z.ZodError): string {
  return error.issues
    .map(({path, message}) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}
