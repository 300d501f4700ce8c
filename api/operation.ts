import type {z} from 'zod';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import type {Who} from './write-back/holds.ts';

/** Who asks. */
export interface Caller {
  /** The name that a key proves; null where a name can only be declared. */
  authenticated: string | null;
  /** The only one that a key may record of. */
  station?: string;
  /** The only ones that a key may read, or add to. */
  tables?: readonly string[];
  /** The request's id, by which whoever asked knows its progress. */
  request?: string;
  /** Aborted when whoever asked is gone. */
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, what: string) => void;
}

/** One thing that can be asked of a warehouse: the one definition behind its command, its route and its documentation. */
export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  summary: string;
  input: I;
  output: O;
  /** Makes the warehouse when there is none yet. */
  makes?: boolean;
  run(app: App, input: z.output<I>, caller: Caller): Promise<z.input<O>> | z.input<O>;
  /**
   * How a command line does it that owns the warehouse: what this gives is done when the warehouse is closed, so that
   * another process can open its database.
   */
  atRest?(app: App, input: z.output<I>): Promise<() => Promise<z.input<O>>>;
}

export function operation<I extends z.ZodType, O extends z.ZodType>(definition: Operation<I, O>): Operation<I, O> {
  return definition;
}

/** @throws FishboneError when nobody says who. */
export function whoDecides(declared: string | undefined, {authenticated}: Caller): Who {
  if (authenticated !== null) return {name: authenticated, authenticated: true};
  if (declared !== undefined) return declared;
  throw new FishboneError('USAGE', 'who decides? A name is missing', {
    hint: 'give it with --by NAME (over HTTP: "by")',
  });
}

/** As `whoDecides`, for what the warehouse itself records. */
export function decided(declared: string | undefined, caller: Caller): {by: string; authenticated: boolean} {
  const who = whoDecides(declared, caller);
  return typeof who === 'string' ? {by: who, authenticated: false} : {by: who.name, authenticated: who.authenticated};
}
