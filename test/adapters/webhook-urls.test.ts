import { afterAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../src/adapters/webhooks/addresses.ts';
import { httpWebhookSender } from '../../src/adapters/webhooks/sender.ts';
import type { WebhookUrlRefused } from '../../src/ports/webhook-sender.ts';
import { dnsStub } from '../support/dns-stub.ts';

const dns = await dnsStub();
dns.say('public.test', ['93.184.216.34', '2606:2800:220:1::1']);
dns.say('private.test', ['10.1.2.3']);
dns.say('mixed.test', ['93.184.216.34', '169.254.169.254']);
dns.say('mixed-families.test', ['93.184.216.34', 'fd00::1']);
dns.say('six.test', ['::1']);
const strict = httpWebhookSender({ allowLoopbackHttp: false, nameServers: [dns.server] });
const lenient = httpWebhookSender({ allowLoopbackHttp: true, nameServers: [dns.server] });
afterAll(() => {
  strict.close();
  lenient.close();
  dns.close();
});

const REFUSED: readonly (readonly [string, WebhookUrlRefused['reason']])[] = [
  ['', 'not_a_url'],
  ['shop.example/hooks', 'not_a_url'],
  ['https://', 'not_a_url'],
  ['https://exa mple.com/', 'not_a_url'],
  ['https://[fe80::1%25eth0]/', 'not_a_url'],
  [`https://public.test/${'a'.repeat(2_048)}`, 'too_long'],
  ['http://public.test/', 'scheme'],
  ['ftp://public.test/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['javascript:alert(1)', 'scheme'],
  ['gopher://public.test/', 'scheme'],
  ['http://127.0.0.1/', 'scheme'],
  ['http://localhost/', 'scheme'],
  ['https://user@public.test/', 'userinfo'],
  ['https://user:pass@public.test/', 'userinfo'],
  ['https://public.test@169.254.169.254/', 'userinfo'],
  ['https://public.test/#fragment', 'fragment'],
  ['https://public.test:22/', 'port'],
  ['https://public.test:0/', 'port'],
  ['https://public.test:00/', 'port'],
  ['https://93.184.216.34:0x1bb/', 'not_a_url'],
  ['https://public.test:80/', 'port'],
  ['https://public.test:25/', 'port'],
  ['https://public.test:6667/', 'port'],
  ['https://127.0.0.1/', 'address'],
  ['https://127.1/', 'address'],
  ['https://0x7f.1/', 'address'],
  ['https://0177.0.0.1/', 'address'],
  ['https://2130706433/', 'address'],
  ['https://①②⑦.⓪.⓪.①/', 'address'],
  ['https://127.0.0.1./', 'address'],
  ['https://0.0.0.0/', 'address'],
  ['https://[::]/', 'address'],
  ['https://[::1]/', 'address'],
  ['https://[::ffff:7f00:1]/', 'address'],
  ['https://[::ffff:127.0.0.1]/', 'address'],
  ['https://[::7f00:1]/', 'address'],
  ['https://[64:ff9b::7f00:1]/', 'address'],
  ['https://[64:ff9b:1::7f00:1]/', 'address'],
  ['https://[2002:7f00:1::]/', 'address'],
  ['https://169.254.169.254/latest/meta-data/', 'address'],
  ['https://[fd00:ec2::254]/', 'address'],
  ['https://168.63.129.16:32526/', 'address'],
  ['https://2822734096:32526/', 'address'],
  ['https://100.64.0.1/', 'address'],
  ['https://100.127.255.254/', 'address'],
  ['https://10.0.0.1/', 'address'],
  ['https://172.16.0.1/', 'address'],
  ['https://172.31.255.254/', 'address'],
  ['https://192.168.1.1/', 'address'],
  ['https://192.0.2.1/', 'address'],
  ['https://198.18.0.1/', 'address'],
  ['https://224.0.0.1/', 'address'],
  ['https://255.255.255.255/', 'address'],
  ['https://[fc00::1]/', 'address'],
  ['https://[fdff::1]/', 'address'],
  ['https://[fe80::1]/', 'address'],
  ['https://[febf::1]/', 'address'],
  ['https://[fec0::1]/', 'address'],
  ['https://[ff02::1]/', 'address'],
  ['https://[2001:db8::1]/', 'address'],
  ['https://localhost/', 'address'],
  ['https://localhost./', 'address'],
  ['https://LOCALHOST/', 'address'],
  ['https://hooks.localhost/', 'address'],
  ['https://private.test/', 'address'],
  ['https://PRIVATE.test./', 'address'],
  ['https://mixed.test/', 'address'],
  ['https://mixed-families.test/', 'address'],
  ['https://six.test/', 'address'],
];

describe('a webhook URL', () => {
  it.each(REFUSED)('is refused: %s', async (url, reason) => {
    const refused = await strict.accepts(url);
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'WebhookUrlRefused', reason });
  });

  it.each([
    ['https://public.test/hooks?x=1', 'https://public.test/hooks?x=1'],
    ['HTTPS://Public.TEST:443/a/../b', 'https://public.test/b'],
    ['https://public.test.', 'https://public.test/'],
    ['https://public.test:8443/', 'https://public.test:8443/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2001:4860:4860::8888]/', 'https://[2001:4860:4860::8888]/'],
    ['https://not-there-yet.test/', 'https://not-there-yet.test/'],
  ])('is accepted, in one spelling: %s', async (url, kept) => {
    expect((await strict.accepts(url))._unsafeUnwrap()).toBe(kept);
  });

  it('may be http: on this host in development, and nowhere else', async () => {
    for (const url of ['http://127.0.0.1:4000/', 'http://localhost:80/x', 'http://[::1]:4000/'])
      expect((await lenient.accepts(url))._unsafeUnwrap()).toBe(new URL(url).href);
    for (const url of ['http://public.test/', 'http://10.0.0.1/', 'http://six.test/', 'http://192.168.0.9/'])
      expect((await lenient.accepts(url))._unsafeUnwrapErr().reason).toBe('scheme');
    expect((await lenient.accepts('https://127.0.0.1/'))._unsafeUnwrapErr().reason).toBe('address');
  });

  it('is sent nothing when it is one that would not be accepted', async () => {
    const send = (url: string) => strict.send({ url, headers: {}, body: '{}' });
    for (const [url, reason] of REFUSED)
      expect((await send(url))._unsafeUnwrapErr()).toMatchObject({
        kind: 'WebhookUnanswered',
        error: reason === 'address' ? 'address_refused' : 'url_refused',
      });
    expect((await send('https://not-there-yet.test/'))._unsafeUnwrapErr().error).toBe('name_not_found');
  });
});

describe('a public address', () => {
  it('is one of the Internet and no other', () => {
    for (const address of ['1.1.1.1', '93.184.216.34', '2606:4700::1111', '2a00:1450:4001::1'])
      expect(isPublicAddress(address)).toBe(true);
    for (const address of [
      '',
      'shop.example',
      'fe80::1%lo',
      '127.0.0.1',
      '::1',
      '::ffff:8.8.8.8',
      '::8.8.8.8',
      '4000::1',
    ])
      expect(isPublicAddress(address), address).toBe(address === '::ffff:8.8.8.8');
  });
});
