import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lengthOf } from '../../console/src/parts/now.ts';
import { verifySnippet } from '../../console/src/webhooks/verify-snippet.ts';
import { inShell } from '../support/shell-command.ts';

const key = randomBytes(32).toString('base64');
const secret = `whsec_${key}`;
const event = {
  id: 'evt_1',
  event_type: 'payment.succeeded',
  created: '',
  data: { note: `\${1} $(exit 3) \`exit 4\` 'it' "\\u2028 PROGRAM` },
};
const body = JSON.stringify(event);
const request = { headers: { 'webhook-id': 'evt_1' }, body };

const signatureUnder = (base64: string) =>
  `v1,${createHmac('sha256', Buffer.from(base64, 'base64')).update(`evt_1.1767225600.${body}`).digest('base64')}`;

/** As it was sent a year ago, while a newer secret signed too. */
const sent = {
  'webhook-id': 'evt_1',
  'webhook-timestamp': '1767225600',
  'webhook-signature': `${signatureUnder(randomBytes(32).toString('base64'))} ${signatureUnder(key)}`,
};

const GENUINE = { code: 0, said: 'genuine\n' };
const FOREIGN = { code: 1, said: 'not signed with this secret\n' };

describe('the command that the console shows beside an attempt', () => {
  it('believes what the attempt was signed with, however long ago, and no other secret, body or time', async () => {
    const command = verifySnippet(request, sent);
    expect(await inShell(command, secret)).toEqual(GENUINE);
    expect(await inShell(command, `whsec_${randomBytes(32).toString('base64')}`)).toEqual(FOREIGN);
    const tampered = verifySnippet({ ...request, body: body.replace('succeeded', 'failed') }, sent);
    expect(await inShell(tampered, secret)).toEqual(FOREIGN);
    const later = verifySnippet(request, { ...sent, 'webhook-timestamp': '1767225601' });
    expect(await inShell(later, secret)).toEqual(FOREIGN);
  });

  it('has places for what arrived where an attempt’s headers were not kept', async () => {
    const command = verifySnippet(request);
    expect(await inShell(command, secret)).toEqual(FOREIGN);
    const filled = Object.entries(sent).reduce(
      (text, [name, value]) => text.replace(`<${name} as it arrived>`, value),
      command,
    );
    expect(await inShell(filled, secret)).toEqual(GENUINE);
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
