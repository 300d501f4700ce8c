import {lookup} from 'node:dns/promises';
import {BlockList, isIP} from 'node:net';
import {FishboneError} from '../../errors.ts';

export interface Address {
  address: string;
  family: 4 | 6;
}

/**
 * A receiver's URL, if Fishbone may call it: http or https, and its host ('name' or 'name:port') on the list of allowed
 * hosts or this machine's loopback.
 * @throws FishboneError RECEIVER_INVALID
 */
export function allowedUrl(receiver: string, url: string, allowHosts: readonly string[]): URL {
  const invalid = (why: string, hint?: string) =>
    new FishboneError('RECEIVER_INVALID', `receiver ${receiver}: ${why}`, {hint});
  if (!URL.canParse(url)) throw invalid(`'${url}' is not a URL`);
  const parsed = new URL(url);
  const host = bareHost(parsed);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw invalid(`'${url}' is neither http nor https`);
  if (parsed.username !== '' || parsed.password !== '') throw invalid('a URL with a password in it is not accepted');
  if (isIP(host) && isBlocked(host))
    throw invalid(`${host} is a link-local or reserved address, which is never called`);
  const allowed = allowHosts.map(name => name.toLowerCase());
  if (isLoopback(host) || allowed.includes(host) || allowed.includes(parsed.host)) return parsed;
  throw invalid(`host ${host} is not allowed`, `add "${host}" to allowHosts in fishbone.json`);
}

/**
 * The addresses behind a host, resolved once: the connection is made to these and to no others, so that a name cannot
 * point elsewhere between the check and the call.
 * @throws Error when the name is unknown or any address is one that is never called
 */
export async function resolveOnce(url: URL): Promise<Address[]> {
  const host = bareHost(url);
  const found = (await lookup(host, {all: true})) as Address[];
  const blocked = found.find(({address}) => isBlocked(address));
  if (blocked) throw new Error(`${host} resolves to ${blocked.address}, a link-local or reserved address`);
  if (host === 'localhost' && !found.every(({address}) => isLoopback(address))) {
    throw new Error(`localhost resolves to ${found.map(({address}) => address).join(', ')}`);
  }
  return found;
}

export function isBlocked(address: string): boolean {
  return never.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Link-local carries cloud machines' credentials; the rest is nobody's address. IPv4 within IPv6 is covered. */
const never = new BlockList();
never.addSubnet('169.254.0.0', 16, 'ipv4');
never.addSubnet('0.0.0.0', 8, 'ipv4');
never.addSubnet('224.0.0.0', 3, 'ipv4');
never.addAddress('::', 'ipv6');
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('ff00::', 8, 'ipv6');
never.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
never.addAddress('fd00:ec2::254', 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

function bareHost(url: URL): string {
  return url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
}
