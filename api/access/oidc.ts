import {resolve} from 'node:path';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import {FishboneError} from '../errors.ts';
import {keepSecret, redacted} from '../redact.ts';
import {readSecret} from '../secret-file.ts';
import type {Role} from './roles.ts';
import type {OidcSettings} from './settings.ts';

/** What has to come back from the issuer, kept for the browser that was sent there. */
export interface SignIn {
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
  startedMs: number;
}

/** Whom the issuer vouched for. */
interface Vouched {
  issuer: string;
  subject: string;
  name: string;
  role: Role;
  idToken: string | null;
}

const TIMEOUT_SECONDS = 10;

/**
 * People sign in where they always do: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1;
 * RFC 9700). Nothing is asked of the issuer before somebody wants to sign in, so that it may be down when a server starts.
 */
export class Oidc {
  readonly settings: OidcSettings;
  readonly #folder: string;
  #configuration: Promise<Configuration> | null = null;

  constructor(settings: OidcSettings, folder: string) {
    this.settings = settings;
    this.#folder = folder;
  }

  /** @returns where to send the browser. @throws FishboneError ISSUER_UNREACHABLE, CONFIGURATION_INVALID */
  async start(redirectUri: string): Promise<{url: URL; signIn: SignIn}> {
    const configuration = await this.#discovered();
    const signIn = {
      state: `fl_${randomState()}`,
      nonce: `fl_${randomNonce()}`,
      verifier: randomPKCECodeVerifier(),
      redirectUri: this.settings.redirectUri ?? redirectUri,
      startedMs: Date.now(),
    };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: signIn.redirectUri,
      scope: this.settings.scope,
      state: signIn.state,
      nonce: signIn.nonce,
      code_challenge: await calculatePKCECodeChallenge(signIn.verifier),
      code_challenge_method: 'S256',
    });
    return {url, signIn};
  }

  /**
   * @param query what the issuer sent the browser back with
   * @throws FishboneError SIGN_IN_REFUSED when it is not the answer to what was asked, FORBIDDEN without a role here
   */
  async finish(query: string, {state, nonce, verifier, redirectUri}: SignIn): Promise<Vouched> {
    const configuration = await this.#discovered();
    const url = new URL(redirectUri);
    url.search = query;
    const tokens = await authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    }).catch((cause: unknown) => {
      throw refused(cause);
    });
    const inToken = tokens.claims();
    if (!inToken) throw refused(new Error('the issuer sent no ID token'));
    keepSecret(tokens.access_token);
    // Many issuers tell groups there only.
    const more = configuration.serverMetadata().userinfo_endpoint
      ? await fetchUserInfo(configuration, tokens.access_token, inToken.sub).catch((cause: unknown) => {
          throw refused(cause);
        })
      : {};
    const claims: Record<string, unknown> = {...more, ...inToken};
    const name = claims[this.settings.name] ?? claims.email ?? inToken.sub;
    const called = typeof name === 'string' && name.trim() !== '' ? name.trim() : inToken.sub;
    const role = roleOf(claims, this.settings);
    if (role === null)
      throw new FishboneError('FORBIDDEN', `${called} is known to ${this.settings.issuer}, but has no role here`, {
        hint: `whoever runs the warehouse maps claims to roles in fishbone.json: oidc.roles looks at ${this.#claims()}`,
      });
    return {issuer: inToken.iss, subject: inToken.sub, name: called, role, idToken: tokens.id_token ?? null};
  }

  /**
   * Where the browser ends the session with the issuer too; null where it offers none.
   * @param idToken null after a restart: the issuer is told the client only, and asks the person whether that is meant
   * @see OpenID Connect RP-Initiated Logout 1.0, 2: the hint is recommended, not required
   */
  async endUrl(idToken: string | null): Promise<string | null> {
    const configuration = await this.#discovered().catch(() => null);
    if (!configuration?.serverMetadata().end_session_endpoint) return null;
    const {postLogoutRedirectUri} = this.settings;
    return buildEndSessionUrl(configuration, {
      ...(idToken !== null && {id_token_hint: idToken}),
      ...(postLogoutRedirectUri !== undefined && {post_logout_redirect_uri: postLogoutRedirectUri}),
    }).href;
  }

  #claims(): string {
    return [...new Set(this.settings.roles.map(({claim}) => claim))].join(', ');
  }

  /** What the issuer says about itself, asked once; a failure is not remembered. */
  async #discovered(): Promise<Configuration> {
    this.#configuration ??= this.#discover();
    try {
      return await this.#configuration;
    } catch (error) {
      this.#configuration = null;
      throw error;
    }
  }

  async #discover(): Promise<Configuration> {
    const {issuer, clientId, clientSecretFile, clockToleranceSeconds} = this.settings;
    const path = resolve(this.#folder, clientSecretFile);
    const secret = await readSecret(path).catch((cause: Error) => {
      throw new FishboneError('CONFIGURATION_INVALID', 'the secret for signing in cannot be read', {
        hint: `whoever runs the warehouse writes it into the file that oidc.clientSecretFile names: ${cause.message}`,
        cause,
      });
    });
    const server = new URL(issuer);
    try {
      return await discovery(server, clientId, {[clockTolerance]: clockToleranceSeconds}, ClientSecretBasic(secret), {
        timeout: TIMEOUT_SECONDS,
        execute: server.protocol === 'http:' ? [allowInsecureRequests] : [],
      });
    } catch (cause) {
      throw new FishboneError('ISSUER_UNREACHABLE', `${issuer} does not answer: nobody can sign in there now`, {
        hint: 'try again later, or sign in with a key; whoever runs the warehouse looks whether oidc.issuer is right',
        cause,
      });
    }
  }
}

/** The first rule that fits; a claim may be a list, and a path such as realm_access.roles. */
function roleOf(claims: Record<string, unknown>, {roles}: OidcSettings): Role | null {
  const fits = ({claim, value}: OidcSettings['roles'][number]) => {
    const told = Object.hasOwn(claims, claim) ? claims[claim] : at(claims, claim.split('.'));
    return Array.isArray(told) ? told.includes(value) : told === value;
  };
  return roles.find(fits)?.role ?? null;
}

function at(value: unknown, [key, ...rest]: string[]): unknown {
  if (key === undefined) return value;
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return isThere ? at((value as Record<string, unknown>)[key], rest) : undefined;
}

function refused(cause: unknown): FishboneError {
  const {message, error_description: described} = cause as {message?: string; error_description?: string};
  return new FishboneError('SIGN_IN_REFUSED', `signing in failed: ${redacted(described ?? message ?? String(cause))}`, {
    hint: 'begin again; if it fails again, show this to whoever runs the warehouse',
    cause,
  });
}
