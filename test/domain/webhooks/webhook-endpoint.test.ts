import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText, parseJson } from '../../../src/domain/kernel/json.ts';
import type { Sealed } from '../../../src/domain/kernel/sealed.ts';
import {
  MOST_SECRETS,
  type OpenEndpoint,
  rotateSecret,
  signingSecrets,
} from '../../../src/domain/webhooks/webhook-endpoint.ts';
import {
  endpointRecord,
  restoreEndpoint,
  type WebhookEndpointRecord,
} from '../../../src/domain/webhooks/webhook-endpoint-record.ts';
import { NOON } from '../../fixtures/changes.ts';
import { anEndpoint } from '../../fixtures/webhooks.ts';
import { trying } from '../arbitraries.ts';

const DAY_MS = 86_400_000;

const reread = (endpoint: OpenEndpoint): OpenEndpoint => {
  const stored = parseJson(jsonText(endpointRecord(endpoint))) as WebhookEndpointRecord;
  return restoreEndpoint(stored, endpoint.auditHash) as OpenEndpoint;
};

describe('the secrets of a webhook endpoint', () => {
  it('each sign for 24 hours after the rotation that replaced them, however often and when secrets are rotated', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 * 3_600_000 }), { maxLength: 12 }), (waits) => {
        let endpoint = anEndpoint({ secret: 'secret 0' as Sealed });
        let now = NOON;
        /** When each secret was replaced; the last one was not. */
        const replacedAt: number[] = [];
        for (const waitMs of waits) {
          now += waitMs;
          const due = replacedAt.filter((at) => now < at + DAY_MS).length;
          const rotated = rotateSecret(endpoint, `secret ${replacedAt.length + 1}` as Sealed, now);
          expect(rotated.isErr()).toBe(due + 1 >= MOST_SECRETS);
          if (rotated.isErr()) continue;
          endpoint = reread(rotated.value);
          replacedAt.push(now);
        }
        for (const at of [now, now + DAY_MS - 1, now + DAY_MS]) {
          const wanted = [...replacedAt, Number.POSITIVE_INFINITY]
            .map((replaced, n) => ({ secret: `secret ${n}`, until: replaced + DAY_MS }))
            .filter(({ until }) => at < until)
            .map(({ secret }) => secret);
          expect(signingSecrets(endpoint.secrets, at)).toEqual(wanted.reverse());
        }
      }),
      trying(300),
    );
  });

  it('are read back from records that were written when there were two at most', () => {
    const { secret: _, ...record } = endpointRecord(anEndpoint()) as Record<string, unknown>;
    const restored = restoreEndpoint(
      {
        ...record,
        secret: 'new',
        previous_secret: 'old',
        previous_secret_expires_at: '2026-03-02T12:00:00.000Z',
      } as unknown as WebhookEndpointRecord,
      '',
    ) as OpenEndpoint;
    expect(signingSecrets(restored.secrets, NOON)).toEqual(['new', 'old']);
    expect(signingSecrets(restored.secrets, NOON + DAY_MS)).toEqual(['new']);
  });
});
