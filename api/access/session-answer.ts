import {z} from 'zod';
import {Role} from './roles.ts';

/** Who is signed in with a browser, and how to be. */
export const SessionAnswer = z.object({
  mode: z.enum(['single-user', 'keys']).describe('keys: somebody has to say who they are'),
  name: z.string().nullable().describe('null: nobody is signed in'),
  role: Role.nullable(),
  endsAt: z.string().nullable().describe('at the latest; earlier when nothing is asked for long'),
  csrf: z.string().nullable().describe('to be sent as x-csrf-token with whatever changes something'),
  signIn: z
    .object({issuer: z.string(), url: z.string()})
    .nullable()
    .describe('where people sign in without a key; takes returnTo, a path'),
});
export type SessionAnswer = z.infer<typeof SessionAnswer>;
