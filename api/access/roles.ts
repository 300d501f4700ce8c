import {z} from 'zod';

/**
 * Who may do what. Viewers read; engineers also ask SQL, review inspections, propose holds and replay quarantined rows; quality
 * leads also decide on holds; `ingest` appends and reads nothing; admins run the warehouse and stay out of holds.
 */
export const Role = z.enum(['viewer', 'engineer', 'quality-lead', 'ingest', 'admin']);
export type Role = z.infer<typeof Role>;

/** What a route asks for; every route says one, or it is not served. */
export type Access =
  | 'open'
  | 'any-role'
  | 'read'
  | 'query'
  | 'append'
  | 'replay'
  | 'propose'
  | 'decide'
  | 'administer'
  | 'local';

const ALLOWED: Readonly<Record<Exclude<Access, 'open' | 'local'>, readonly Role[]>> = {
  'any-role': Role.options,
  read: ['viewer', 'engineer', 'quality-lead', 'admin'],
  query: ['engineer', 'quality-lead', 'admin'],
  append: ['ingest', 'admin'],
  replay: ['engineer', 'quality-lead', 'admin'],
  propose: ['engineer', 'quality-lead'],
  decide: ['quality-lead'],
  administer: ['admin'],
};

/** Whether a key's role opens a route. `local` is for the command line on the same machine, never for a key. */
export function mayUse(role: Role, access: Access): boolean {
  if (access === 'open') return true;
  return access !== 'local' && ALLOWED[access].includes(role);
}
