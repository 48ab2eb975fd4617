import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { lengthOf } from '../../console/src/parts/now.ts';
import { OF_THE_ATTEMPT, verifySnippet } from '../../console/src/webhooks/verify-snippet.ts';

const directory = mkdtempSync(join(tmpdir(), 'snippet-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const CLIENT = pathToFileURL(join(import.meta.dirname, '../../client/src/webhooks.ts')).href;
const key = randomBytes(32).toString('base64');
const event = {
  id: 'evt_1',
  event_type: 'payment.succeeded',
  created: '',
  data: { note: '`${1}` "\\u2028' },
};
const body = JSON.stringify(event);

/** As the receiver got it, a year ago. */
const arrived = {
  'webhook-timestamp': '1767225600',
  'webhook-signature': `v1,${createHmac('sha256', Buffer.from(key, 'base64')).update(`evt_1.1767225600.${body}`).digest('base64')}`,
};

async function runs(text: string, secret: string) {
  const file = join(directory, 'verify.ts');
  const filled = OF_THE_ATTEMPT.reduce(
    (program, name) => program.replace(`<${name} as it arrived>`, arrived[name]),
    text.replace('paywright-client/webhooks', CLIENT),
  );
  writeFileSync(file, filled);
  return promisify(execFile)(process.execPath, [file], { env: { WEBHOOK_SECRET: secret } }).then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr: string }) => stderr,
  );
}

describe('the program that the console shows beside a delivery', () => {
  it('believes the signature that this delivery was sent with, however long ago, and that of no other secret', async () => {
    const text = verifySnippet({ headers: { 'webhook-id': 'evt_1' }, body });
    expect(await runs(text, `whsec_${key}`)).toBe('genuine evt_1\n');
    expect(await runs(text, `whsec_${randomBytes(32).toString('base64')}`)).toContain('WebhookNotGenuine');
  });
});

describe('how long something lasts', () => {
  it.each([
    [20_000, 'less than a minute'],
    [300_000, '5 min'],
    [3_600_000, '1 h'],
    [86_399_000, '23 h 59 min'],
    [273_600_000, '3 d 4 h'],
  ])('of %i ms is written as %s', (ms, words) => {
    expect(lengthOf(ms)).toBe(words);
  });
});
