/** What `fishbone.json` says about who gets in. */
import {createHash} from 'node:crypto';
import {z} from 'zod';
import {Role} from './roles.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A secret that travels without TLS is none, except within one machine. */
const Issuer = z.url().refine(
  text => {
    const {protocol, hostname} = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
  },
  {error: 'has to begin with https://'},
);

export const OidcSettings = z.strictObject({
  issuer: Issuer,
  clientId: z.string().min(1),
  clientSecretFile: z.string().min(1),
  redirectUri: z.url().optional(),
  postLogoutRedirectUri: z.url().optional(),
  scope: z
    .string()
    .default('openid profile email')
    .refine(scope => scope.split(' ').includes('openid'), {error: 'has to contain openid'}),
  /** The claim that a person is called by. */
  name: z.string().min(1).default('preferred_username'),
  clockToleranceSeconds: z.number().int().min(0).max(300).default(30),
  roles: z.array(z.strictObject({claim: z.string().min(1), value: z.string().min(1), role: Role})).min(1),
});
export type OidcSettings = z.output<typeof OidcSettings>;

/** The digest of what decides who somebody is and which role they get: a role given under another one counts no more. */
export function digestOfGrants({issuer, clientId, scope, name, roles}: OidcSettings): string {
  const rules = roles.map(({claim, value, role}) => [claim, value, role]);
  return createHash('sha256')
    .update(JSON.stringify([issuer, clientId, scope, name, rules]))
    .digest('hex');
}

export const SessionSettings = z
  .strictObject({
    idleMinutes: z.number().positive().default(60),
    hours: z.number().positive().default(12),
  })
  .prefault({});
export type SessionSettings = z.output<typeof SessionSettings>;

const PerMinute = z.number().int().positive().nullable();

/** null: without a limit. */
export const LimitSettings = z
  .strictObject({
    requestsPerMinute: PerMinute.default(6_000),
    inspectionRequestsPerMinute: PerMinute.default(600_000),
    failedSignInsPerMinute: PerMinute.default(20),
  })
  .prefault({});
export type LimitSettings = z.output<typeof LimitSettings>;
