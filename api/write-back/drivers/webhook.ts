import {Webhook} from 'standardwebhooks';
import {z} from 'zod';
import {FishboneError} from '../../errors.ts';
import {redacted} from '../../redact.ts';
import {readSecret} from '../../secret-file.ts';
import {allowedUrl} from './address.ts';
import {breaksOff, isAboutAnother, judge, saysNo, statusIn} from './answer.ts';
import {call} from './call.ts';
import {type AnyMessage, type Driver, isResponse, type LookUp, type Outcome} from './driver.ts';

export const WebhookSettings = z.strictObject({
  driver: z.literal('webhook'),
  url: z.string(),
  /** Holds a Standard Webhooks secret: `whsec_` and base64. */
  secretFile: z.string().min(1),
  timeoutMs: z.number().int().positive().optional(),
  /** false: it is told what response rules say, and nothing of holds. */
  holds: z.boolean().optional(),
  /** How many messages may be on their way to it at a time; 32 when absent. */
  atOnce: z.number().int().min(1).max(256).optional(),
});

/** A hold of some dozen lots leaves as a whole: with eight at a time the last lots waited for a second while others asked. */
const AT_ONCE = 32;

/**
 * Tells a receiver by a signed POST.
 * @see https://www.standardwebhooks.com for the signature
 * @throws FishboneError RECEIVER_INVALID for a host that is not allowed or a secret that cannot be read
 */
export async function webhookDriver(
  name: string,
  config: z.output<typeof WebhookSettings>,
  allowHosts: readonly string[],
): Promise<Driver> {
  const url = allowedUrl(name, config.url, allowHosts);
  const webhook = await signer(name, config.secretFile);
  const timeoutMs = config.timeoutMs ?? 10_000;

  return {
    atOnce: config.atOnce ?? AT_ONCE,
    send: async (message: AnyMessage): Promise<Outcome> => {
      const body = JSON.stringify(bodyOf(message));
      const now = new Date();
      const headers = {
        'content-type': 'application/json',
        'webhook-id': message.id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': webhook.sign(message.id, now, body),
      };
      const answer = await call(url, {method: 'POST', headers, body, timeoutMs});
      // A receiver may repeat what it knows us by, and its words go into the ledger.
      if ('status' in answer) return judge({...answer, body: answer.body && redacted(answer.body)}, message);
      return {is: answer.sent ? 'unknown' : 'not-delivered', why: answer.trouble};
    },

    lookUp: async (message: AnyMessage): Promise<LookUp> => {
      const answer = await call(under(url, message.id), {method: 'GET', timeoutMs});
      if ('trouble' in answer) return {is: 'unreachable', why: answer.trouble};
      const {status, body, retryAfterMs: wait} = answer;
      if (status === 404) return {is: 'unknown'};
      if (status === 405 || status === 501)
        return {is: 'impossible', why: `the receiver has no look-up: HTTP ${status}`};
      if (status !== 200) return {is: 'unreachable', why: `look-up: HTTP ${status}`, retryAfterMs: wait};
      const told = redacted(body ?? '');
      const broken = breaksOff(told);
      if (broken) return {is: 'unreachable', why: `look-up: ${broken}`};
      const contradicted = saysNo(told) ?? isAboutAnother(told, message);
      if (contradicted) return {is: 'impossible', why: `look-up: ${contradicted}`};
      const says = statusIn(told);
      return says === undefined ? {is: 'known'} : {is: 'known', says};
    },
  };
}

/** @returns the secret of a file: `whsec_` or bare base64, as the standard has it, else the bytes of the text */
async function signer(receiver: string, secretFile: string): Promise<Webhook> {
  try {
    const secret = await readSecret(secretFile);
    const isBase64 =
      secret.startsWith('whsec_') || /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(secret);
    return isBase64 ? new Webhook(secret) : new Webhook(new TextEncoder().encode(secret), {format: 'raw'});
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FishboneError('RECEIVER_INVALID', `receiver ${receiver}: its secret cannot be used: ${why}`, {
      hint: `write a Standard Webhooks secret (whsec_...) into ${secretFile}`,
      cause,
    });
  }
}

function bodyOf(message: AnyMessage) {
  if (isResponse(message)) {
    const {action, plant, rule, response, content, sequence, decidedAt} = message;
    return {...content, type: `response.${action}`, plant, rule, response, sequence, decidedAt};
  }
  const {action, plant, hold, lot, reason, text, parts, sequence, decidedAt, permalink} = message;
  return {type: `lot.${action}`, plant, hold, lot, reason, text, parts, sequence, decidedAt, permalink};
}

function under(url: URL, id: string): URL {
  const below = new URL(url);
  below.pathname = `${url.pathname.replace(/\/$/, '')}/${id}`;
  return below;
}
