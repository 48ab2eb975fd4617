import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import {
  type Action,
  assignException,
  confirmResolution,
  type Exception,
  isUnresolved,
  MOST_DAYS_LATER,
  openException,
  possible,
  proposeResolution,
  rejectResolution,
  resolvable,
  resolveException,
  settledSince,
} from '../../../src/domain/files/exception.ts';
import { AGES, ageOf, openedWhen } from '../../../src/domain/files/exception-age.ts';
import {
  exceptionRecord,
  publishedException,
  restoreException,
} from '../../../src/domain/files/exception-record.ts';
import { jsonText } from '../../../src/domain/kernel/json.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { NOON, plain } from '../../fixtures/changes.ts';
import { anException, aResolver } from '../../fixtures/exceptions.ts';
import { trying } from '../arbitraries.ts';

const DAY_MS = 86_400_000;
const ann = aResolver('okta|ann', 'ann@x.com');
const bob = aResolver('okta|bob', 'bob@x.com');
const no = { reason: 'ask first', by: 'okta|bob' };
const ignore: Action = { kind: 'ignore' };
const link: Action = {
  kind: 'link',
  paymentId: systemIds.payment(NOON),
  transactionId: systemIds.transaction(NOON),
};
const later = (days: number): Action => ({ kind: 'expect_later', until: NOON + days * DAY_MS });

describe('an exception', () => {
  it('is resolved or ignored at once, with who, when and why, and then never changes', () => {
    const resolved = resolveException(
      anException(),
      { action: { kind: 'accept_difference' }, reason: 'r', by: ann },
      NOON + 1,
    );
    expect(resolved).toMatchObject({
      status: 'resolved',
      version: 2,
      updatedAt: NOON + 1,
      resolution: { action: { kind: 'accept_difference' }, reason: 'r', by: ann.id, at: NOON + 1 },
    });
    const ignored = resolveException(anException(), { action: ignore, reason: 'r', by: ann }, NOON);
    expect(ignored.status).toBe('ignored');
    for (const closed of [resolved, ignored]) {
      const refusal = { kind: 'ExceptionClosed', status: closed.status };
      expect(resolvable(closed)._unsafeUnwrapErr()).toEqual(refusal);
      expect(assignException(closed, 'bob', NOON)._unsafeUnwrapErr()).toEqual(refusal);
      expect(rejectResolution(closed, no, NOON)._unsafeUnwrapErr()).toEqual(refusal);
      expect(confirmResolution(closed, bob, { isSeen: true, now: NOON })._unsafeUnwrapErr()).toEqual(refusal);
    }
  });

  it('that is expected later stays open until then', () => {
    const put = resolveException(anException(), { action: later(2), reason: 'r', by: ann }, NOON);
    expect(put).toMatchObject({ status: 'open', expectedUntil: NOON + 2 * DAY_MS, version: 2 });
  });

  it('is put off by no more than 90 days, and not into the past', () => {
    const exception = anException();
    expect(possible(exception, later(MOST_DAYS_LATER), NOON).isOk()).toBe(true);
    for (const days of [MOST_DAYS_LATER + 1, 0, -1])
      expect(possible(exception, later(days), NOON)._unsafeUnwrapErr()).toEqual({
        kind: 'UntilOutOfRange',
        mostDays: 90,
      });
  });

  it('settles nothing by a row that was not read, that says it failed, or that is not there', () => {
    const { row: _row, ...missing } = anException({ type: 'missing_there' });
    const failed = anException({ row: { status: 'failed' } });
    for (const exception of [missing, failed])
      expect(possible(exception, link, NOON)._unsafeUnwrapErr()).toEqual({
        kind: 'ActionNotPossible',
        action: 'link',
      });
    expect(possible(anException(), link, NOON).isOk()).toBe(true);
  });

  it('without a difference in money has none to accept', () => {
    const { difference: _, ...unread } = anException({ type: 'rejected' });
    expect(possible(unread, { kind: 'accept_difference' }, NOON).isErr()).toBe(true);
    expect(possible(unread, ignore, NOON).isOk()).toBe(true);
  });

  it('with a resolution that waits takes no other, and goes back to open when that is rejected', () => {
    const proposed = proposeResolution(anException(), { action: ignore, reason: 'r', by: ann }, NOON);
    expect(proposed).toMatchObject({ status: 'proposed', proposals: 1, version: 2 });
    expect(resolvable(proposed)._unsafeUnwrapErr()).toEqual({ kind: 'ResolutionPending' });
    const open = rejectResolution(proposed, no, NOON)._unsafeUnwrap();
    expect(open).toMatchObject({ status: 'open', proposals: 1, version: 3, refusal: { ...no, at: NOON } });
    expect(open).not.toHaveProperty('proposal');
    for (const verb of [
      rejectResolution(open, no, NOON),
      confirmResolution(open, bob, { isSeen: true, now: NOON }),
    ])
      expect(verb._unsafeUnwrapErr()).toEqual({ kind: 'NothingProposed' });
  });

  it.each([
    ['the same subject', aResolver('okta|ann')],
    ['another spelling of the subject', aResolver('OKTA|Ann')],
    ['the same mailbox behind another subject', aResolver('other', 'Ann+refunds@X.com')],
    ['a subject that is the mailbox', aResolver('saml|ann@x.com')],
  ])('is not confirmed by who proposed it, known by %s', (_, person) => {
    const proposed = proposeResolution(anException(), { action: ignore, reason: 'r', by: ann }, NOON);
    expect(confirmResolution(proposed, person, { isSeen: true, now: NOON })._unsafeUnwrapErr()).toEqual({
      kind: 'SelfConfirmation',
    });
  });

  it('is confirmed by another person, and after another proposal only by one who says which was seen', () => {
    const first = proposeResolution(anException(), { action: ignore, reason: 'r', by: ann }, NOON);
    expect(
      confirmResolution(first, bob, { isSeen: false, now: NOON + 5 })._unsafeUnwrap().next,
    ).toMatchObject({
      status: 'ignored',
      resolution: { by: ann.id, confirmedBy: bob.id, at: NOON + 5 },
    });
    const open = rejectResolution(first, no, NOON)._unsafeUnwrap();
    const second = proposeResolution(open, { action: link, reason: 'r', by: ann }, NOON);
    expect(confirmResolution(second, bob, { isSeen: false, now: NOON })._unsafeUnwrapErr()).toEqual({
      kind: 'ProposalUnseen',
      version: second.version,
    });
    expect(confirmResolution(second, bob, { isSeen: true, now: NOON })._unsafeUnwrap().next.status).toBe(
      'resolved',
    );
  });

  it('whose transaction a later file settles is resolved, also while a resolution waits', () => {
    const proposed = proposeResolution(anException(), { action: ignore, reason: 'r', by: ann }, NOON);
    const file = systemIds.reconciliation(NOON);
    for (const exception of [anException(), proposed]) {
      const closed = settledSince(exception, file, NOON + 9);
      expect(closed).toMatchObject({ status: 'resolved', resolution: { settledBy: file, at: NOON + 9 } });
      expect(closed).not.toHaveProperty('proposal');
    }
  });

  it('keeps everything through its record, in every state, and publishes nothing of who its proposer is but the subject', () => {
    const assigned = assignException(
      anException({ rejection: { reason: 'cells' }, line: 7 }),
      'bob',
      NOON,
    )._unsafeUnwrap();
    const proposed = proposeResolution(anException(), { action: link, reason: 'r', by: ann }, NOON);
    const states: readonly Exception[] = [
      anException({ amount: money(2n ** 60n, 'JPY'), difference: -(2n ** 60n) }),
      assigned,
      proposed,
      rejectResolution(proposed, no, NOON)._unsafeUnwrap(),
      confirmResolution(proposed, bob, { isSeen: true, now: NOON })._unsafeUnwrap().next,
      resolveException(anException(), { action: later(3), reason: 'r', by: ann }, NOON),
      settledSince(anException(), systemIds.reconciliation(NOON), NOON),
    ];
    for (const each of states) {
      const record = exceptionRecord(each);
      expect(restoreException(record, each.auditHash)).toEqual(each);
      expect(plain(exceptionRecord(restoreException(record, '')))).toEqual(plain(record));
      expect(jsonText(publishedException(each))).not.toContain('ann@x.com');
    }
  });

  it('is confirmed by no sequence of moves by the one person who proposed', () => {
    const moves = fc.array(
      fc.record({
        move: fc.constantFrom('propose', 'confirm', 'reject', 'resolve'),
        person: fc.constantFrom(ann, bob),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(moves, (steps) => {
        let exception: Exception = anException();
        let proposer: string | undefined;
        for (const [index, { move, person }] of steps.entries()) {
          const before: Exception = exception;
          const now = NOON + index;
          const decision = { action: ignore, reason: 'r', by: person };
          if (move === 'propose' || move === 'resolve') {
            const open = resolvable(exception);
            if (open.isOk() && move === 'propose') {
              exception = proposeResolution(open.value, decision, now);
              proposer = person.id;
            } else if (open.isOk()) exception = resolveException(open.value, decision, now);
          }
          if (move === 'confirm')
            confirmResolution(exception, person, { isSeen: true, now }).map(({ next }) => {
              expect(person.id).not.toBe(proposer);
              exception = next;
            });
          if (move === 'reject') rejectResolution(exception, no, now).map((next) => (exception = next));
          expect(exception.version - before.version).toBe(exception === before ? 0 : 1);
          if (!isUnresolved(before)) expect(exception).toBe(before);
        }
      }),
      trying(300),
    );
  });
});

describe('the age of an exception', () => {
  it('is the bucket of the time since it was opened', () => {
    const hours = (count: number) => ageOf(NOON - count * 3_600_000, NOON);
    expect([0, 23.9, 24, 71.9, 72, 167.9, 168, 9_999].map(hours)).toEqual([
      '<1d',
      '<1d',
      '1-3d',
      '1-3d',
      '3-7d',
      '3-7d',
      '>7d',
      '>7d',
    ]);
    expect(ageOf(NOON + 5, NOON)).toBe('<1d');
  });

  it('is asked for by exactly the times at which what has it was opened', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 10 * DAY_MS }), fc.constantFrom(...AGES), (elapsed, age) => {
        const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = openedWhen(age, NOON);
        const openedAt = NOON - elapsed;
        expect(openedAt >= from && openedAt <= to).toBe(ageOf(openedAt, NOON) === age);
      }),
      trying(500),
    );
  });

  it('begins anew for no exception: it follows from the time in its id', () => {
    const { createdAt, id } = openException(anException());
    expect(Number.parseInt(id.slice(4, 16), 16)).toBe(createdAt);
  });
});
