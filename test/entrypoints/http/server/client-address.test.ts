import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VARIABLES } from '../../../../src/entrypoints/cli/variables.ts';
import {
  type ClientAddress,
  clientAddressBehind,
} from '../../../../src/entrypoints/http/server/client-address.ts';
import { trying } from '../../../domain/arbitraries.ts';
import { aColleague, anApprovalsApp, aVendorPaymentBody, told } from '../../../support/approvals-app.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';

/** As the setting is written. */
const behind = (proxies: string): ClientAddress =>
  clientAddressBehind(VARIABLES.parse({ PAYWRIGHT_TRUSTED_PROXIES: proxies }).PAYWRIGHT_TRUSTED_PROXIES);

const PROXIES = '10.0.0.0/8, 192.0.2.1, fd00::/8, 2001:db8:ffff::1, ::ffff:172.16.0.0/108';
const find = behind(PROXIES);

describe('the address of a client behind trusted proxies', () => {
  it.each<readonly [string, string | undefined, string | undefined, string | undefined]>([
    ['the connection’s own, without a header', '203.0.113.7', undefined, '203.0.113.7'],
    ['the connection’s own, from anyone who is no proxy', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a neighbour’s of a proxy', '192.0.2.2', '198.51.100.1', '192.0.2.2'],
    ['the one that the proxy was called from', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['the right-most that is no proxy’s', '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['the left-most, where all are proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['the proxy’s own, where the header is empty', '10.0.0.1', '', '10.0.0.1'],
    ['of IPv6 proxies', 'fd00::1', '2001:db8::7, 2001:db8:ffff::1', '2001:db8::7'],
    ['of a proxy whose IPv4 arrives in IPv6', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['of a proxy whose IPv4 is trusted in IPv6', '172.31.0.1', '198.51.100.1', '198.51.100.1'],
    ['not of IPv4 beyond what is trusted in IPv6', '172.32.0.1', '198.51.100.1', '172.32.0.1'],
    ['a client’s IPv4 that a proxy writes in IPv6', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['a client’s IPv4 in hexadecimal digits of IPv6', '10.0.0.1', '::ffff:c633:6401', '198.51.100.1'],
    ['IPv6 as RFC 5952 writes it', '10.0.0.1', '2001:0DB8:0:0::0007', '2001:db8::7'],
    ['IPv6 without its zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['IPv4 with a port', '10.0.0.1', '198.51.100.1:51234', '198.51.100.1'],
    ['IPv6 in brackets', '10.0.0.1', '[2001:db8::7]', '2001:db8::7'],
    ['IPv6 in brackets with a port', '10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
    ['of proxies that write ports', '10.0.0.1', '198.51.100.1:1, 10.0.0.2:80, [fd00::2]:80', '198.51.100.1'],
    ['in tabs and spaces', '10.0.0.1', '\t198.51.100.1 ,  10.0.0.2\t', '198.51.100.1'],
    ['no IPv4 where IPv6 only ends like one', '10.0.0.1', '::198.51.100.1', '::c633:6401'],
    ['of nobody, where there is no connection', undefined, '198.51.100.1', undefined],
  ])('is %s', (_what, peer, forwardedFor, address) => {
    expect(find(peer, forwardedFor)).toBe(address);
  });

  it.each([
    'unknown',
    '_hidden',
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '2130706433',
    '１０.0.0.1',
    '198.51.100',
    '198.51.100.256',
    '198.51.100.1/32',
    '198.51.100.1:',
    '198.51.100.1:123456',
    '[198.51.100.1',
    '2001:db8::7]:80',
    '"198.51.100.1"',
    'for=198.51.100.1',
    '2001:db8::7::1',
    '198.51.100.1;10.0.0.2',
  ])('is that of the last good hop before an entry that is none: %j', (entry) => {
    expect(find('10.0.0.1', `1.1.1.1, ${entry}`)).toBe('10.0.0.1');
    expect(find('10.0.0.1', `1.1.1.1, ${entry}, 10.0.0.2`)).toBe('10.0.0.2');
    expect(find('10.0.0.1', `${entry}, 198.51.100.1, 10.0.0.2`)).toBe('198.51.100.1');
  });

  const proxy = fc.oneof(
    fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((rest) => `10.${rest.join('.')}`),
    fc.nat(65_535).map((last) => `fd00::1:${last.toString(16)}`),
  );
  const client = fc.oneof(
    fc.tuple(fc.nat(255), fc.nat(255)).map((rest) => `198.51.${rest.join('.')}`),
    fc.nat(65_535).map((last) => `2001:db8::1:${last.toString(16)}`),
  );
  const forged = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });

  it('is the client’s, whatever the client wrote into the header and however many proxies follow', () => {
    fc.assert(
      fc.property(client, forged, fc.array(proxy, { minLength: 1, maxLength: 5 }), (from, said, chain) => {
        const peer = chain.at(-1);
        const header = [said, from, ...chain.slice(0, -1)].join(', ');
        expect(find(peer, header)).toBe(find(from, undefined));
      }),
      trying(500),
    );
  });

  it('is the connection’s own wherever that is no proxy’s, whatever the header says', () => {
    fc.assert(
      fc.property(client, forged, (from, said) => {
        expect(find(from, said)).toBe(find(from, undefined));
        expect(behind('192.0.2.1')(from, said)).toBe(find(from, undefined));
      }),
      trying(500),
    );
  });
});

describe('the client behind a trusted proxy', () => {
  const connection = { incoming: { socket: { remoteAddress: '10.0.0.1' } } };
  const headers = { 'x-forwarded-for': '1.1.1.1, 198.51.100.1', forwarded: 'for=1.1.1.1' };

  it('is in the audit trail and the log of the platform, also of a token that was refused', async () => {
    const { app, storage, lines } = await anHttpApp({ clientAddress: find });
    const body = JSON.stringify(aPaymentBody({ idempotency_key: 'k' }));
    const response = await app.request('/payments', await aRequest({ body, headers }), connection);
    const { id, merchant_id } = (await response.json()) as { id: never; merchant_id: never };
    const [entry] = (await storage.auditTrail.ofPayment(merchant_id, id))._unsafeUnwrap();
    expect(entry?.ipAddress).toBe('198.51.100.1');
    const refused = await app.request(
      '/payments',
      await aRequest({ headers: { ...headers, authorization: 'Bearer none' } }),
      connection,
    );
    expect(refused.status).toBe(401);
    expect(lines.map((line) => (JSON.parse(line) as { client_address?: string }).client_address)).toEqual([
      '198.51.100.1',
      '198.51.100.1',
    ]);
  });

  it('is in the audit log of approvals', async () => {
    const { app, lines } = anApprovalsApp(undefined, { clientAddress: find });
    const send = (path: string, init: RequestInit) =>
      app.request(path, { ...init, headers: { ...(init.headers as object), ...headers } }, connection);
    const admin = await aColleague(send, 'bob', 'admin');
    const { paymentId } = await told<{ paymentId: string }>(
      admin.post('/payments', aVendorPaymentBody()),
      201,
    );
    expect(await told(admin.get(`/payments/${paymentId}/audit`), 200)).toMatchObject({
      entries: [{ ipAddress: '198.51.100.1' }],
    });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ client_address: '198.51.100.1' });
  });
});

describe('PAYWRIGHT_TRUSTED_PROXIES', () => {
  const faults = (proxies: string) =>
    VARIABLES.safeParse({ PAYWRIGHT_TRUSTED_PROXIES: proxies }).error?.issues.map(({ message }) => message);

  it.each([
    '10.0.0.0/8',
    '10.0.0.5',
    '10.0.0.5/32',
    'fd00::/8',
    '2001:db8::1',
    '::1/128',
    '::ffff:10.0.0.0/104',
    ' 10.0.0.0/8 , 192.168.0.0/16 ',
  ])('takes %j', (proxies) => {
    expect(faults(proxies)).toBeUndefined();
  });

  it.each([
    ['10.0.0.0/33', '"10.0.0.0/33" has a prefix that is not between 0 and 32'],
    ['::ffff:10.0.0.0/95', '"::ffff:10.0.0.0/95" has a prefix that is not between 96 and 128'],
    ['fd00::/129', '"fd00::/129" has a prefix that is not between 0 and 128'],
    ['10.0.0.5/8', '"10.0.0.5/8" is no range of 8 bits: 10.0.0.0/8 is, and 10.0.0.5 alone'],
    ['0.0.0.0/0', '"0.0.0.0/0" would trust every client to say where it comes from'],
    ['::/0', '"::/0" would trust every client to say where it comes from'],
    ['::ffff:0:0/96', '"::ffff:0:0/96" would trust every client to say where it comes from'],
    ['10.1', '"10.1" is no address and no CIDR such as 10.0.0.0/8 or fd00::/8'],
    ['10.0.0.0/', '"10.0.0.0/" is no address and no CIDR such as 10.0.0.0/8 or fd00::/8'],
    ['fe80::1%eth0', '"fe80::1%eth0" is no address and no CIDR such as 10.0.0.0/8 or fd00::/8'],
    ['10.0.0.0/8;', '"10.0.0.0/8;" is no address and no CIDR such as 10.0.0.0/8 or fd00::/8'],
    ['balancer.example', '"balancer.example" is no address and no CIDR such as 10.0.0.0/8 or fd00::/8'],
  ])('refuses %j and names it', (proxies, says) => {
    expect(faults(`192.0.2.1,${proxies}`)).toEqual([says]);
  });

  it('names every one that is wrong', () => {
    expect(faults('10.0.0.0/8,a,fd00::/8,b\n')).toEqual([
      expect.stringContaining('"a" is'),
      expect.stringContaining('"b" is'),
    ]);
  });
});
