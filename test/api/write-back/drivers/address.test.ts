import {expect, test} from 'vitest';
import {isBlocked, resolveOnce} from '../../../../api/write-back/drivers/address.ts';

// Ranges by the IANA special-purpose address registries (RFC 6890, RFC 3927, RFC 4291).
test.each([
  ['169.254.0.1', true],
  ['169.254.255.255', true],
  ['169.253.255.255', false],
  ['169.255.0.0', false],
  ['fe80::1', true],
  ['febf::1', true],
  ['fec0::1', false],
  ['::ffff:169.254.169.254', true],
  ['64:ff9b::a9fe:a9fe', true],
  ['fd00:ec2::254', true],
  ['224.0.0.1', true],
  ['255.255.255.255', true],
  ['ff02::1', true],
  ['0.0.0.0', true],
  ['::', true],
  ['10.0.0.1', false],
  ['192.168.1.1', false],
  ['127.0.0.1', false],
  ['::1', false],
  ['fd00::1', false],
])('%s blocked: %s', (address, blocked) => expect(isBlocked(address)).toBe(blocked));

test('localhost is loopback, and a literal resolves to itself', async () => {
  expect((await resolveOnce(new URL('http://localhost/'))).length).toBeGreaterThan(0);
  expect(await resolveOnce(new URL('http://[::1]:8080/'))).toEqual([{address: '::1', family: 6}]);
  await expect(resolveOnce(new URL('http://169.254.1.2/'))).rejects.toThrow('link-local');
});
