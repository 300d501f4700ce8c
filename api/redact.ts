/** What was read from secret files by this process: nothing that is written out may contain it. */
const KNOWN = new Set<string>();

/** From now on a value never appears in a log, an answer or the audit. */
export function keepSecret(value: string): void {
  // A few characters would be found in honest text.
  for (const text of [value, value.replace(/^whsec_/, '')]) if (text.length >= 6) KNOWN.add(text);
}

/** Of keys, sessions, pending sign-ins, their tokens, and of receivers: by what they begin with. */
const TOKEN = /(?<![A-Za-z0-9])(f[bslc]_|whsec_)[\w+/=-]{8,}/g;
const SCHEME = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;
const PARAMETER =
  /([?&](?:code|state|nonce|key|token|access_token|id_token|id_token_hint|client_secret)=)[^&\s"'<>\\]+/gi;
const PASSWORD = /(:\/\/[^/\s:@"']*:)[^@/\s"']+@/g;

/** What somebody calls a secret is taken for one, whatever it looks like. */
const SECRET_NAME = /^(key|(\w+_)?token|(\w+_)?secret|password|authorization|cookie)$/i;

/** A text without secrets: what takes their place says that something was there. */
export function redacted(text: string): string {
  let told = text;
  for (const secret of KNOWN) told = told.replaceAll(secret, '***');
  return told.replace(TOKEN, '$1***').replace(SCHEME, '$1 ***').replace(PARAMETER, '$1***').replace(PASSWORD, '$1***@');
}

/** The same for every text within a JSON value, names of fields included. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return redacted(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      redacted(name),
      typeof item === 'string' && SECRET_NAME.test(name) ? '***' : withoutSecrets(item),
    ]),
  );
}

/** A stream for logs that lets no secret through. */
export function redacting(out: NodeJS.WritableStream): {write(line: string): void} {
  return {write: line => void out.write(redacted(line))};
}
