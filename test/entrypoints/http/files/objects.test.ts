import { beforeEach, describe, expect, it } from 'vitest';
import { parseObjectKey } from '../../../../src/domain/files/object-key.ts';
import { aKey } from '../../../contract/breakable-objects.ts';
import { eventually } from '../../../support/eventually.ts';
import { anHttpApp } from '../../../support/http-app.ts';

const key = aKey('exports/merchant-1/exp_1.csv');
const TEXT = 'id,amount\r\npay_1,100\r\n';
const bytes = new TextEncoder().encode(TEXT);
const inAnHour = () => Date.now() + 3_600_000;

describe('files by signed links', () => {
  let platform: Awaited<ReturnType<typeof anHttpApp>>;
  beforeEach(async () => {
    platform = await anHttpApp();
  });

  const put = async (content = bytes) =>
    (await platform.files.objects.put(key, content, 'text/csv'))._unsafeUnwrap();
  const readLink = async (expiresAt = inAnHour()) =>
    (await platform.files.objects.signRead(key, { expiresAt, fileName: 'payments.csv' }))._unsafeUnwrap();
  const uploadLink = async (mostBytes = 100, expiresAt = inAnHour()) =>
    (
      await platform.files.objects.signUpload(key, { expiresAt, mostBytes, contentType: 'text/csv' })
    )._unsafeUnwrap();
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    platform.app.request(path, { method, headers });
  const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

  it('are read without a token, saved under their name and shown by no browser as a page', async () => {
    const { checksum } = await put();
    const response = await get(await readLink());
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(TEXT);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/csv',
      'content-length': String(bytes.length),
      'content-disposition': 'attachment; filename="payments.csv"',
      'accept-ranges': 'bytes',
      etag: `"${checksum}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'no-store',
    });
  });

  it('have the same headers without a body for HEAD', async () => {
    await put();
    const link = await readLink();
    const [head, whole] = [await get(link, {}, 'HEAD'), await get(link)];
    expect(head.status).toBe(200);
    expect([await head.text(), await whole.text()]).toEqual(['', TEXT]);
    const named = (response: Response) =>
      Object.fromEntries([...response.headers].filter(([name]) => name !== 'x-request-id'));
    expect(named(head)).toEqual(named(whole));
  });

  it.each([
    ['bytes=0-1', 206, 'id', 'bytes 0-1/22'],
    ['bytes=3-', 206, TEXT.slice(3), 'bytes 3-21/22'],
    ['bytes=-4', 206, TEXT.slice(-4), 'bytes 18-21/22'],
    ['Bytes=20-999', 206, TEXT.slice(20), 'bytes 20-21/22'],
    ['bytes=0-0,2-3', 200, TEXT, null],
    ['bytes=5-2', 200, TEXT, null],
    ['lines=0-1', 200, TEXT, null],
    ['bytes=-', 200, TEXT, null],
  ] as const)('answer `Range: %s` with %i', async (range, status, text, contentRange) => {
    await put();
    const response = await get(await readLink(), { Range: range });
    expect([response.status, await response.text()]).toEqual([status, text]);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(response.headers.get('content-length')).toBe(String(text.length));
  });

  it('refuse a range that they do not have, and say how long they are', async () => {
    await put();
    for (const range of ['bytes=22-', 'bytes=-0', 'bytes=99-100']) {
      const response = await get(await readLink(), { Range: range });
      expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */22']);
      expect(await codeOf(response)).toBe('range_not_satisfiable');
    }
  });

  it('are continued with `If-Range` while they are the same, and given whole when they are not', async () => {
    const { checksum } = await put();
    const ask = async (ifRange: string) => {
      const response = await get(await readLink(), { Range: 'bytes=3-', 'If-Range': ifRange });
      await response.text();
      return response.status;
    };
    expect(await ask(`"${checksum}"`)).toBe(206);
    expect(await ask(`W/"${checksum}"`)).toBe(200);
    expect(await ask('Sat, 28 Nov 2026 10:00:00 GMT')).toBe(200);
    await put(new TextEncoder().encode('another'));
    expect(await ask(`"${checksum}"`)).toBe(200);
  });

  it('are not sent again to a client that has them', async () => {
    const { checksum } = await put();
    const tag = `"${checksum}"`;
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*'])
      expect((await get(await readLink(), { 'If-None-Match': held })).status).toBe(304);
    const other = await get(await readLink(), { 'If-None-Match': '"other"' });
    expect([other.status, await other.text()]).toEqual([200, TEXT]);
  });

  it('are refused to links that were changed, are over or were signed for something else', async () => {
    await put();
    const link = await readLink();
    const [body = '', mac = ''] = link.split('/objects/')[1]?.split('.') ?? [];
    const longer = Buffer.from(body, 'base64url')
      .toString()
      .replace(/\d{13}/, '9999999999999');
    for (const forged of [
      `/objects/${Buffer.from(longer).toString('base64url')}.${mac}`,
      `${link}x`,
      link.slice(0, -1),
      '/objects/none',
      `/objects/${'a'.repeat(5_000)}`,
      await readLink(Date.now() - 1),
      await uploadLink(),
    ]) {
      const response = await get(forged);
      expect([response.status, await codeOf(response)]).toEqual([403, 'link_refused']);
    }
    const upload = await platform.app.request(link, { method: 'PUT', body: bytes });
    expect([upload.status, await codeOf(upload)]).toEqual([403, 'link_refused']);
    expect((await get(link, {}, 'DELETE')).status).toBe(405);
  });

  it('say so when they are gone', async () => {
    const response = await get(await readLink());
    expect([response.status, await codeOf(response)]).toEqual([404, 'object_not_found']);
  });

  it('keep their links out of the log', async () => {
    await put();
    const link = await readLink();
    await (await get(link)).text();
    expect(platform.lines.join('')).toContain('/objects/{link}');
    expect(platform.lines.join('')).not.toContain(link.slice('/objects/'.length, -20));
  });

  describe('that are uploaded', () => {
    const upload = (
      link: string,
      body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
      headers: Record<string, string> = {},
    ) =>
      platform.app.request(link, {
        method: 'PUT',
        body,
        headers: { 'Content-Type': 'text/csv', ...headers },
        duplex: 'half',
      } as RequestInit);

    it('are stored whole, up to the very size of the link', async () => {
      const response = await upload(await uploadLink(bytes.length), bytes);
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ size: bytes.length });
      expect(await (await get(await readLink())).text()).toBe(TEXT);
      expect((await upload(await uploadLink(), '')).status).toBe(201);
      expect(await (await get(await readLink())).text()).toBe('');
    });

    it('are refused, and what was there before stays, when they are too large or of another type', async () => {
      await put();
      const larger = await upload(await uploadLink(bytes.length - 1), bytes);
      expect([larger.status, await codeOf(larger)]).toEqual([413, 'object_too_large']);
      let isRead = false;
      const unread = new ReadableStream(
        {
          pull(controller) {
            isRead = true;
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      const announced = await upload(await uploadLink(), unread, { 'Content-Length': '101' });
      expect([announced.status, await codeOf(announced), isRead]).toEqual([413, 'object_too_large', false]);
      for (const headers of [{ 'Content-Type': 'text/html' }, { 'Content-Encoding': 'gzip' }]) {
        const other = await upload(await uploadLink(), 'x', headers);
        expect([other.status, await codeOf(other)]).toEqual([415, 'object_type_mismatch']);
      }
      expect(await (await get(await readLink())).text()).toBe(TEXT);
    });

    it('are refused when they are a part of a file, which would be taken for all of it', async () => {
      await put();
      const part = await upload(await uploadLink(), 'id,', { 'Content-Range': 'bytes 0-2/22' });
      expect([part.status, await codeOf(part)]).toEqual([400, 'part_not_taken']);
      expect(await (await get(await readLink())).text()).toBe(TEXT);
    });

    it('are refused while sixteen others are being sent, and taken when one of those has ended', async () => {
      const ends: (() => void)[] = [];
      const slow = async () => {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(bytes);
            ends.push(() => controller.close());
          },
        });
        return upload(await uploadLink(), body);
      };
      const slowly = Array.from({ length: 16 }, slow);
      await eventually(() => expect(ends).toHaveLength(16));
      const refused = await upload(await uploadLink(), bytes);
      expect([refused.status, await codeOf(refused)]).toEqual([503, 'too_many_files']);
      expect(refused.headers.get('retry-after')).toBe('5');
      ends[0]?.();
      expect((await slowly[0])?.status).toBe(201);
      expect((await upload(await uploadLink(), bytes)).status).toBe(201);
      for (const end of ends.slice(1)) end();
      expect((await Promise.all(slowly)).map(({ status }) => status)).toEqual(Array(16).fill(201));
    });

    it('are refused, and leave no trace, when their sender stops before the end', async () => {
      const cut = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes);
        },
        pull(controller) {
          controller.error(new Error('hung up'));
        },
      });
      const response = await upload(await uploadLink(), cut);
      expect([response.status, await codeOf(response)]).toEqual([400, 'upload_cut']);
      expect((await get(await readLink())).status).toBe(404);
    });

    it('go to the store in parts when they are larger than one', async () => {
      const MIB = 1_048_576;
      const large = Buffer.alloc(17 * MIB, 'paywright ');
      for (const piece of [large.length, 3 * MIB + 1]) {
        let at = 0;
        const pieces = new ReadableStream<Uint8Array>({
          pull(controller) {
            controller.enqueue(large.subarray(at, at + piece));
            at += piece;
            if (at >= large.length) controller.close();
          },
        });
        expect((await upload(await uploadLink(large.length), pieces)).status).toBe(201);
        const stored = Buffer.from(await (await get(await readLink())).arrayBuffer());
        expect(stored.equals(large)).toBe(true);
        await platform.files.objects.delete(key);
      }
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(large.subarray(0, MIB)),
      });
      expect((await upload(await uploadLink(9 * MIB), endless)).status).toBe(413);
      expect((await get(await readLink())).status).toBe(404);
      expect((await platform.files.leftovers.oldestEnds('upload'))._unsafeUnwrap()).toBeUndefined();
    });
  });
});

describe('the name of a stored file', () => {
  it.each([
    'a',
    'a/b',
    'exports/m-1/exp_1.csv.gz',
    '...',
    'a/.b',
    '~!$&()',
    'x'.repeat(80),
    `${'x'.repeat(63)}/`.repeat(7) + 'x'.repeat(64),
  ])('may be %s', (text) => expect(parseObjectKey(text)).toBe(text));
  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    '.',
    '..',
    'a/../b',
    './a',
    'a/.',
    'a b',
    'a\n',
    'ä',
    'a\u0000',
    'x'.repeat(81),
    `${'x'.repeat(63)}/`.repeat(8) + 'x',
  ])('may not be %j', (text) => expect(parseObjectKey(text)).toBeUndefined());
});
