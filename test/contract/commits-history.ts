import fc from 'fast-check';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { claimChange } from '../../src/application/kernel/claim-change.ts';
import type { Export } from '../../src/domain/files/export.ts';
import { awaitOutcome, type ClaimKey, releaseClaim, takeOver } from '../../src/domain/kernel/claim.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import type { Change } from '../../src/ports/commits.ts';
import { aMerchantId, anOpening, aRefusal, aSuccess, type Opening, terms } from '../fixtures/changes.ts';
import { aBeginning, anEnding, anExport } from '../fixtures/exports.ts';
import { aConclusion, aReservation, type Reservation } from '../fixtures/movements.ts';
import { aTransfer } from '../fixtures/transfers.ts';

/**
 * One step of a random history. `merchant` and `key` say whom it is about, `pick` what of the history so far: a payment or
 * an export as it once was, so often a stale one. A repeated step commits the same change again.
 */
export type Step = Readonly<{
  kind: (typeof KINDS)[number];
  merchant: number;
  key: number;
  hours: number;
  pick: number;
}>;

const KINDS = [
  ...(['open', 'refuse', 'succeed', 'takeOver', 'wait', 'release', 'repeat'] as const),
  ...(['hold', 'capture', 'close', 'refund', 'void', 'conclude', 'decline'] as const),
  ...(['transfer', 'begin', 'end'] as const),
] as const;

/** What leads further. */
const OFTEN = ['open', 'hold', 'succeed', 'succeed', 'capture', 'refund', 'conclude', 'conclude'] as const;

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...KINDS, ...OFTEN),
  merchant: fc.integer({ min: 0, max: 1 }),
  key: fc.integer({ min: 0, max: 3 }),
  hours: fc.integer({ min: 0, max: 12 }),
  pick: fc.nat(),
});

export const steps = fc.array(step, { minLength: 10, maxLength: 50, size: 'max' });

/** What the steps so far have made, refused or not; each list in the order it was made. */
export type History = {
  changes: Change[];
  openings: Map<string, Opening>;
  payments: Payment[];
  reservations: Reservation[];
  exports: Export[];
  /** The unique keys that each export holds. */
  holdings: Map<string, readonly string[]>;
  spendings: Map<string, number>;
};

export const emptyHistory = (): History => ({
  changes: [],
  openings: new Map(),
  payments: [],
  reservations: [],
  exports: [],
  holdings: new Map(),
  spendings: new Map(),
});

type Made = Readonly<{ change: Change; onOk?: () => void }>;

/** Whom all steps are about. */
export const MERCHANTS = [aMerchantId('m-0'), aMerchantId('m-1')] as const;
const merchantOf = (n: number): MerchantId => MERCHANTS[n === 0 ? 0 : 1];

const picked = <Value>(values: readonly Value[], pick: number): Value | undefined =>
  values[values.length - 1 - (pick % Math.max(values.length, 1))];

/** The change that a step comes to at `now`; nothing when the history so far has nothing to do it to. */
export function changeFor(each: Step, now: number, history: History): Made | undefined {
  const { kind, pick } = each;
  switch (kind) {
    case 'repeat': {
      const change = picked(history.changes, pick);
      return change && { change };
    }
    case 'open':
    case 'hold':
    case 'refuse':
    case 'succeed':
    case 'takeOver':
    case 'wait':
    case 'release':
      return processing(each, now, history);
    case 'capture':
    case 'close':
    case 'refund':
    case 'void':
      return reserving(each, now, history);
    case 'conclude':
    case 'decline': {
      const reservation = picked(history.reservations, pick);
      const current = history.payments.findLast(({ id }) => id === reservation?.payment.id);
      if (reservation === undefined || current === undefined || !holds(current, reservation))
        return undefined;
      return { change: aConclusion(reservation, current, now, { approved: kind === 'conclude', fee: 1n }) };
    }
    case 'transfer':
      return transferring(each, now, history);
    case 'begin':
    case 'end':
      return exporting(each, now, history);
  }
}

function processing(
  { kind, merchant, key, pick }: Step,
  now: number,
  { openings }: History,
): Made | undefined {
  const merchantId = merchantOf(merchant);
  const next = { changeId: systemIds.change(now), now };
  if (kind === 'open' || kind === 'hold') {
    const captureMethod = kind === 'hold' ? 'manual' : 'automatic';
    const made = anOpening({ captureMethod, idempotencyKey: `k-${key}`, createdAt: now, merchantId });
    return { change: made.change, onOk: () => openings.set(nameOf(made.claim), made) };
  }
  if (kind === 'refuse') return { change: aRefusal(`k-${key}`, now, merchantId) };
  const opening = picked([...openings.values()], pick);
  if (opening === undefined) return undefined;
  const { claim } = opening;
  if (kind === 'succeed') return { change: aSuccess(opening, now, key === 0 ? undefined : 75n) };
  if (kind === 'takeOver') {
    const held = takeOver(claim, next, terms);
    const change = claimChange({ expected: claim.fence, next: held }, now);
    return { change, onOk: () => openings.set(nameOf(held), { ...opening, claim: held }) };
  }
  const resting =
    kind === 'wait' ? awaitOutcome(claim, '202\n{}', next, terms) : releaseClaim(claim, next, terms);
  return { change: claimChange({ expected: claim.fence, next: resting }, now) };
}

function reserving({ kind, key, pick }: Step, now: number, history: History): Made | undefined {
  const before = picked(history.payments, pick);
  if (before === undefined) return undefined;
  const amount = BigInt(key + 1) * 300n;
  const request: ModificationRequest =
    kind === 'void'
      ? { type: 'void' }
      : kind === 'refund'
        ? { type: 'refund', amount }
        : { type: 'capture', amount, final: kind === 'close' };
  const reservation = aReservation(before, request, now, `k-${pick % 5}`);
  return reservation && { change: reservation.change, onOk: () => history.reservations.push(reservation) };
}

const nameOf = ({ merchantId, key }: ClaimKey) => `${merchantId} ${key}`;

/** Whether what the reservation set aside is still set aside, by it or by another like it. */
const holds = (payment: Payment, { transaction: { type, amount } }: Reservation): boolean =>
  type === 'refund'
    ? (payment.status === 'succeeded' || payment.status === 'authorized') &&
      payment.refunding.minorUnits >= amount.minorUnits
    : payment.status === 'authorized' &&
      (type === 'void' ? payment.closing : payment.reserved.minorUnits >= amount.minorUnits);

function transferring({ merchant, key, pick }: Step, now: number, { spendings }: History): Made {
  const from = merchantOf(merchant);
  const to = merchantOf(1 - merchant);
  const spent = spendings.get(from) ?? 0;
  const stale = pick % 4 === 0 ? 1 : 0;
  const { change } = aTransfer({ from, to, key: `k-${key}`, at: now, spendings: spent + stale });
  return { change, onOk: () => spendings.set(from, spent + 1) };
}

/** Exports hold unique keys here as customers do their emails. */
function exporting({ kind, merchant, key, pick }: Step, now: number, history: History): Made | undefined {
  const { exports, holdings } = history;
  const made = ({ change, stored }: ReturnType<typeof aBeginning>, held: readonly string[]): Made => ({
    change,
    onOk: () => {
      exports.push(stored);
      holdings.set(stored.id, held);
    },
  });
  const wanted = `k-${key}`;
  if (kind === 'begin')
    return made(aBeginning(anExport(merchantOf(merchant), now), { takes: [wanted] }), [wanted]);
  const before = picked(exports, pick);
  if (before === undefined) return undefined;
  const held = holdings.get(before.id) ?? [];
  const [first, ...others] = held;
  if (first === undefined || pick % 2 === 0)
    return made(anEnding(before, { takes: [wanted] }, pick % 100), [...new Set([...held, wanted])]);
  return made(anEnding(before, { releases: [first] }, pick % 100), others);
}
