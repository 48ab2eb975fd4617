import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/domain/kernel/retry-after.ts';
import {
  type Attempt,
  DELIVERY_LIFETIME_MS,
  type Delivery,
  defer,
  deliveryId,
  dueByItself,
  endDelivery,
  forgettableAt,
  isReplayedSince,
  recordAttempt,
  replayDelivery,
} from '../../../src/domain/webhooks/delivery.ts';
import {
  deliveryInside,
  deliveryRecord,
  readDeliveryRecord,
  restoreDelivery,
  storedDelivery,
} from '../../../src/domain/webhooks/delivery-record.ts';
import { afterFailure, afterSuccess, UNKNOWN_HEALTH } from '../../../src/domain/webhooks/endpoint-health.ts';
import { digests, NOON } from '../../fixtures/changes.ts';
import { aDelivery, anEndpoint, anEvent } from '../../fixtures/webhooks.ts';

const attempts = fc.record(
  {
    at: fc.integer({ min: NOON, max: NOON + 1_000_000 }),
    durationMs: fc.nat(30_000),
    responseCode: fc.constantFrom(200, 204, 301, 404, 429, 500, 503),
    error: fc.constantFrom('timeout' as const, 'address_refused' as const),
    excerpt: fc.string(),
    signatures: fc.array(fc.record({ hex: fc.string(), base64: fc.string() }), {
      minLength: 1,
      maxLength: 5,
    }),
  },
  { requiredKeys: ['at', 'durationMs'] },
);

const stateAfter = (made: readonly Attempt[], start: Delivery = aDelivery()): Delivery =>
  made.reduce<Delivery>(
    (delivery, attempt) =>
      recordAttempt(delivery, attempt, { url: delivery.url, random: 0.5, now: attempt.at }),
    start,
  );

describe('a delivery', () => {
  it('ends delivered by the first success, or failed after five attempts without one', () => {
    fc.assert(
      fc.property(fc.array(attempts, { maxLength: 8 }), (made) => {
        const before = aDelivery();
        const after = stateAfter(made, before);
        const succeeded = made.some(({ responseCode = 0 }) => responseCode >= 200 && responseCode < 300);
        expect(after.status).toBe(succeeded ? 'delivered' : made.length >= 5 ? 'failed' : 'pending');
        expect(after.attempts.map(({ retryAt: _retryAt, ...attempt }) => attempt)).toEqual(made);
        const isRetried = after.status === 'pending' && made.length > 0;
        expect(after.attempts.at(-1)?.retryAt).toBe(isRetried ? after.dueAt : undefined);
        expect(after.version).toBe(1 + made.length);
        expect([after.id, after.body, after.eventId]).toEqual([before.id, before.body, before.eventId]);
        expect(forgettableAt(after) === undefined).toBe(after.status === 'pending');
      }),
    );
  });

  it('is due within its day, whatever was asked for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(1e12),
        fc.nat(DELIVERY_LIFETIME_MS),
        (random, retryAfter, age) => {
          const now = NOON + age;
          const delivery = aDelivery();
          const terms = { url: delivery.url, random, now, retryAfterMs: retryAfter };
          const after = recordAttempt(delivery, { at: now, durationMs: 1, responseCode: 503 }, terms);
          if (after.status !== 'pending') throw new Error(after.status);
          expect(after.dueAt).toBeLessThanOrEqual(after.expiresAt);
          expect(after.dueAt).toBeGreaterThanOrEqual(Math.min(now + retryAfter, after.expiresAt));
          expect(after.dueAt).toBeGreaterThanOrEqual(Math.min(now + 11_250, after.expiresAt));
          // However long it is held for its endpoint, what its own attempts have it wait is known.
          const held = defer(defer(after, after.dueAt + retryAfter, now), after.expiresAt, now + 1);
          expect(dueByItself(held, now)).toBe(after.dueAt);
          expect(dueByItself(held, after.dueAt + 1)).toBe(after.dueAt + 1);
          expect(dueByItself(replayDelivery(held, now), now)).toBe(now);
        },
      ),
    );
  });

  it('has all its tries again once it is replayed, and keeps a bounded past', () => {
    let delivery: Delivery = aDelivery();
    for (let n = 0; n < 10; n += 1) {
      const failed = { durationMs: 1, responseCode: 500 };
      delivery = stateAfter(
        Array.from({ length: 5 }, (_, k) => ({ ...failed, at: NOON + 5 * n + k })),
        replayDelivery(delivery, NOON + n),
      );
      expect(delivery.status).toBe('failed');
    }
    expect(delivery.attempts).toHaveLength(25);
    expect(delivery.attempts.at(-1)?.at).toBe(NOON + 49);
  });

  it('counts as replayed by work that is done again from when that work began, and by none that is alone', () => {
    const made = aDelivery();
    const begun = { at: NOON + 1_000, name: 'work', aloneUntil: NOON + 31_000 };
    const later = begun.aloneUntil;
    expect(isReplayedSince(made, begun, later)).toBe(false);
    expect(isReplayedSince(replayDelivery(made, begun.at - 1), begun, later)).toBe(false);
    const replayed = replayDelivery(made, begun.at);
    expect(isReplayedSince(replayed, begun, later)).toBe(true);
    expect(isReplayedSince(replayed, begun, later - 1)).toBe(false);
    expect(isReplayedSince(replayed, { ...begun, aloneUntil: 0 }, begun.at)).toBe(true);
    expect(isReplayedSince(endDelivery(replayed, 'failed', later), begun, later)).toBe(true);
    expect(isReplayedSince(replayed, undefined, later)).toBe(false);
  });

  it('is read back from its record as it was', () => {
    fc.assert(
      fc.property(fc.array(attempts, { maxLength: 6 }), (made) => {
        const delivery = stateAfter(made);
        const record = JSON.parse(JSON.stringify(storedDelivery(delivery))) as typeof storedDelivery;
        expect(restoreDelivery(record as never, deliveryInside(delivery))).toEqual(delivery);
      }),
    );
  });

  it('is read back without signatures and times of retries from the record of a version that kept none', () => {
    fc.assert(
      fc.property(fc.array(attempts, { maxLength: 6 }), (made) => {
        const delivery = stateAfter(made);
        const plain = delivery.attempts.map(({ signatures: _s, retryAt: _r, ...attempt }) => attempt);
        // What is published is what such a version stored.
        const record = JSON.parse(JSON.stringify(deliveryRecord(delivery))) as typeof storedDelivery;
        const restored = restoreDelivery(record as never, deliveryInside(delivery));
        expect(restored).toEqual({ ...delivery, attempts: plain });
        expect(readDeliveryRecord(restored).attempts).toEqual(deliveryRecord(delivery).attempts);
      }),
    );
  });

  it('has one id for one event and endpoint, and sorts by the event’s time', () => {
    const [a, b] = [anEndpoint(), anEndpoint()];
    const [first, second] = [anEvent(), anEvent({ at: NOON + 1 })];
    const id = (event = first, endpoint = a) => deliveryId(event, endpoint.id, digests.sha256);
    expect(id()).toBe(id());
    expect(id()).toMatch(/^whd_[0-9a-f]{32}$/);
    expect(new Set([id(), id(second), id(first, b), id(second, b)]).size).toBe(4);
    expect([id(second), id(), id(first, b)].toSorted().at(-1)).toBe(id(second));
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
    ['0', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['99999999999', undefined],
    ['Sun, 01 Mar 2026 11:59:00 GMT', undefined],
    ['2026-03-01T12:01:00Z', undefined],
    ['tomorrow', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is read as %s', (header, ms) => {
    expect(retryAfterMs(header, NOON)).toBe(ms);
  });
});

describe('an endpoint’s health', () => {
  const failed = (times: number, start = UNKNOWN_HEALTH, now = NOON) => {
    let health = start;
    for (let n = 0; n < times; n += 1) health = afterFailure(health, { now, durationMs: 10 });
    return health;
  };

  it('allows more with every success, and one at a time after a failure', () => {
    let health = UNKNOWN_HEALTH;
    for (const allowed of [2, 3, 4, 5, 6, 7, 8, 8]) {
      health = afterSuccess(health, 5, 8);
      expect(health.allowed).toBe(allowed);
    }
    expect(failed(1, health)).toMatchObject({
      allowed: 1,
      failures: 1,
      closedUntil: NOON,
      failingFrom: NOON,
    });
  });

  it('pauses from the fifth failure on, twice as long each time, up to five minutes', () => {
    expect(failed(4).closedUntil).toBe(NOON);
    let health = failed(5);
    const pauses = [];
    for (let now = NOON; pauses.length < 7; ) {
      pauses.push(health.closedUntil - now);
      now = health.closedUntil;
      health = failed(1, health, now);
    }
    expect(pauses).toEqual([15, 30, 60, 120, 240, 300, 300].map((seconds) => seconds * 1_000));
    // What was under way when the pause began does not make it longer.
    expect(failed(7).closedUntil).toBe(NOON + 15_000);
    expect(afterSuccess(health, 5, 8)).toMatchObject({ allowed: 2, failures: 0, closedUntil: 0 });
  });

  it('pauses as long as it is asked to, up to an hour', () => {
    const asked = (ms: number) =>
      afterFailure(UNKNOWN_HEALTH, { now: NOON, durationMs: 1, retryAfterMs: ms }).closedUntil - NOON;
    expect(asked(90_000)).toBe(90_000);
    expect(asked(86_400_000)).toBe(3_600_000);
  });
});
