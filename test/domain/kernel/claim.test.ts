import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  awaitOutcome,
  type Calling,
  type Claim,
  completeClaim,
  isLapsed,
  type OpenClaim,
  openClaim,
  releaseClaim,
  respondedClaim,
  responseOf,
  takeOver,
} from '../../../src/domain/kernel/claim.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { aMerchantId, NOON, terms } from '../../fixtures/changes.ts';
import { trying } from '../arbitraries.ts';

const key = { merchantId: aMerchantId(), operation: 'process', key: 'k' } as const;
const paymentId = idOf('pay', '1'.repeat(32));
const DAY = terms.keepResponsesMs;

let changes = 0;
const step = (now: number) => ({ changeId: `change-${++changes}`, now });

const opened = (now = NOON): Calling =>
  openClaim(key, { fingerprint: 'f', requestId: 'req-1', paymentId }, step(now), terms);
const refused = (now = NOON) =>
  respondedClaim(key, { fingerprint: 'f', requestId: 'req-1', response: 'no' }, step(now), terms);

type Turn = Readonly<{ kind: 'takeOver' | 'wait' | 'release' | 'complete'; afterMs: number }>;
const turn: fc.Arbitrary<Turn> = fc.record({
  kind: fc.constantFrom('takeOver', 'takeOver', 'wait', 'wait', 'release', 'complete'),
  afterMs: fc.integer({ min: 0, max: 3_600_000 }),
});

/** The claim after a turn of its life; the turns its state does not have leave it as it is. */
function turned(claim: Claim, { kind }: Turn, now: number): Claim {
  const next = step(now);
  if (kind === 'takeOver') return claim.state === 'completed' ? claim : takeOver(claim, next, terms);
  if (claim.state !== 'calling') return claim;
  if (kind === 'wait') return awaitOutcome(claim, `waiting ${now}`, next, terms);
  if (kind === 'complete') return completeClaim(claim, `done ${now}`, next, terms);
  return claim.kept === undefined ? releaseClaim(claim, next, terms) : claim;
}

const life = fc.array(turn, { maxLength: 20 });

function lived(
  turns: readonly Turn[],
  check: (before: Claim, after: Claim, now: number, turn: Turn) => void,
): void {
  let now = NOON;
  let claim: Claim = opened();
  for (const each of turns) {
    now += each.afterMs;
    const next = turned(claim, each, now);
    if (next !== claim) check(claim, next, now, each);
    claim = next;
  }
}

describe('a claim', () => {
  it('is held under lease by the request that makes it', () => {
    expect(opened()).toMatchObject({
      ...key,
      state: 'calling',
      fence: 1,
      attempts: 0,
      createdAt: NOON,
      dueAt: NOON + terms.leaseMs,
    });
    expect(responseOf(opened(), NOON)).toBeUndefined();
  });

  it('gets a higher fence with every step, so that none can be made twice from one reading', () => {
    fc.assert(
      fc.property(life, (turns) => {
        lived(turns, (before, after) => expect(after.fence).toBe(before.fence + 1));
      }),
      trying(300),
    );
  });

  it('gets a new change id with every change and keeps what it is about', () => {
    fc.assert(
      fc.property(life, (turns) => {
        lived(turns, (before, after) => {
          expect(after.changeId).not.toBe(before.changeId);
          expect(after).toMatchObject({
            ...key,
            fingerprint: 'f',
            requestId: 'req-1',
            createdAt: NOON,
            paymentId,
          });
        });
      }),
      trying(200),
    );
  });

  it('keeps the newest answer, through every take-over and release, for a day from when it was given', () => {
    fc.assert(
      fc.property(life, (turns) => {
        lived(turns, (before, after, now, { kind }) => {
          const answers = kind === 'complete' || kind === 'wait';
          if (answers) expect(after.kept?.expiresAt).toBe(now + terms.keepResponsesMs);
          else expect(after.kept).toEqual(before.kept);
        });
      }),
      trying(300),
    );
  });

  it('is due at the end of its lease after each take-over', () => {
    fc.assert(
      fc.property(life, (turns) => {
        lived(turns, (_before, after, now) => {
          if (after.state === 'calling') expect(after.dueAt).toBe(now + terms.leaseMs);
        });
      }),
      trying(200),
    );
  });

  it('with a payment never lapses, however old', () => {
    fc.assert(
      fc.property(life, fc.integer({ min: 0, max: 100 * 365 * DAY }), (turns, age) => {
        lived(turns, (_before, after) => {
          expect(isLapsed(after, NOON + age)).toBe(false);
        });
      }),
      trying(200),
    );
  });

  it('completed keeps its answer for a day, to the millisecond', () => {
    const done = completeClaim(opened(), 'done', step(NOON + 5), terms);
    expect(responseOf(done, NOON + 5 + DAY - 1)).toBe('done');
    expect(responseOf(done, NOON + 5 + DAY)).toBeUndefined();
  });

  it('of a refused request lapses with its answer', () => {
    const claim = refused();
    expect(claim).toMatchObject({ state: 'completed', fence: 1 });
    expect(claim.paymentId).toBeUndefined();
    expect([responseOf(claim, NOON + DAY - 1), isLapsed(claim, NOON + DAY - 1)]).toEqual(['no', false]);
    expect([responseOf(claim, NOON + DAY), isLapsed(claim, NOON + DAY)]).toEqual([undefined, true]);
  });

  it('whose outcome is unknown is asked after ever less often, at most every five minutes', () => {
    let claim: OpenClaim = awaitOutcome(opened(), 'wait', step(NOON), terms);
    const pauses: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      pauses.push(claim.dueAt - NOON);
      claim = awaitOutcome(takeOver(claim, step(NOON), terms), 'later', step(NOON), terms);
    }
    expect(pauses.slice(0, 5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(pauses.slice(9)).toEqual(Array.from({ length: 11 }, () => 300_000));
    expect(claim.kept?.response).toBe('later');
  });

  it('that was released may be tried again until its answer would have expired, from the first back-off on', () => {
    const held = takeOver(takeOver(opened(), step(NOON + 1), terms), step(NOON + 2), terms);
    const released = releaseClaim(held, step(NOON + 9), terms);
    expect(released).toMatchObject({ state: 'retryable', fence: 4, dueAt: NOON + DAY });
    expect(responseOf(released, NOON + 10)).toBeUndefined();
    expect(takeOver(released, step(NOON + 11), terms).attempts).toBe(0);
  });
});
