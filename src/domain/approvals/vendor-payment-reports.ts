import type { CurrencyCode } from '../kernel/currency.ts';
import { comparedAs, identitiesOf } from '../kernel/identity.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Bucket, bucketAt } from '../kernel/time-buckets.ts';
import { type FraudStatus, fractionOf } from './fraud.ts';
import type { ReviewOutcome } from './fraud-review.ts';
import type { IncidentId, VendorId } from './ids.ts';
import { approverIn, type Person } from './maker-checker.ts';
import type { VendorPayment, VendorPaymentStatus } from './vendor-payment.ts';

/** Payments to one vendor that were asked for in one interval, as they stand. Cents, by what became of them. */
export type PayoutRow = Bucket &
  Readonly<{
    vendorId: VendorId;
    currency: CurrencyCode;
    count: number;
    paid: bigint;
    open: bigint;
    failed: bigint;
    cancelled: bigint;
  }>;

/** What became of a payment: open while people or a processor have still to do with it. */
type Fate = 'paid' | 'open' | 'failed' | 'cancelled';

const FATES: Readonly<Record<VendorPaymentStatus, Fate>> = {
  pending_approval: 'open',
  approved: 'open',
  processing: 'open',
  completed: 'paid',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** By interval, then vendor. */
export function payoutRows(
  buckets: readonly Bucket[],
  payments: readonly VendorPayment[],
): readonly PayoutRow[] {
  const rows = new Map<string, PayoutRow>();
  for (const { vendorId, amount, status, createdAt } of payments) {
    const place = bucketAt(buckets, createdAt);
    const bucket = buckets[place];
    if (bucket === undefined) continue;
    const key = keyOf(place, vendorId, amount.currency);
    const nothing = { count: 0, paid: 0n, open: 0n, failed: 0n, cancelled: 0n };
    const row = rows.get(key) ?? { ...bucket, vendorId, currency: amount.currency, ...nothing };
    const fate = FATES[status];
    rows.set(key, { ...row, count: row.count + 1, [fate]: row[fate] + amount.minorUnits });
  }
  return inOrder(rows);
}

/** What one incident costs for one type of service; what was cancelled costs nothing. */
export type IncidentRow = Readonly<{
  incidentId: IncidentId;
  /** As the payment's metadata say; undefined where they do not. */
  serviceType: string | undefined;
  currency: CurrencyCode;
  payments: number;
  cost: bigint;
  paid: bigint;
}>;

/** By incident, then type of service. */
export function incidentRows(payments: readonly VendorPayment[]): readonly IncidentRow[] {
  const rows = new Map<string, IncidentRow>();
  for (const { incidentId, metadata, amount, status } of payments) {
    if (status === 'cancelled') continue;
    const said = metadata['serviceType'];
    const serviceType = typeof said === 'string' ? said : undefined;
    const key = keyOf(0, incidentId, amount.currency, serviceType ?? '');
    const row = rows.get(key);
    rows.set(key, {
      incidentId,
      serviceType,
      currency: amount.currency,
      payments: (row?.payments ?? 0) + 1,
      cost: (row?.cost ?? 0n) + amount.minorUnits,
      paid: (row?.paid ?? 0n) + (status === 'completed' ? amount.minorUnits : 0n),
    });
  }
  return inOrder(rows);
}

/** Incidents of one type of service together. */
export type ServiceRow = Readonly<{
  serviceType: string | undefined;
  currency: CurrencyCode;
  incidents: number;
  cost: bigint;
  paid: bigint;
  /** `cost` over `incidents`, half a cent rounded up. */
  average: bigint;
}>;

export function serviceRows(incidents: readonly IncidentRow[]): readonly ServiceRow[] {
  const groups = Map.groupBy(incidents, ({ serviceType, currency }) => keyOf(0, serviceType ?? '', currency));
  const rows = new Map<string, ServiceRow>();
  for (const [key, [first, ...others]] of groups) {
    if (first === undefined) continue;
    const all = [first, ...others];
    const cost = all.reduce((sum, each) => sum + each.cost, 0n);
    const paid = all.reduce((sum, each) => sum + each.paid, 0n);
    const count = BigInt(all.length);
    const { serviceType, currency } = first;
    const average = (2n * cost + count) / (2n * count);
    rows.set(key, { serviceType, currency, incidents: all.length, cost, paid, average });
  }
  return inOrder(rows);
}

/** How long one person took, under one of the subjects that decided, from when the payment was asked for; `median` and `p95` are times that were taken, in milliseconds. */
export type ApproverRow = Readonly<{
  approver: string;
  approvals: number;
  rejections: number;
  median: number;
  p95: number;
  longest: number;
}>;

type Decision = Person & Readonly<{ by: string; kind: 'approval' | 'rejection'; took: number }>;

/** Each approval that stands, and each rejection. An approval that a change of the terms made void is not among them. */
const decisionsOf = (payment: VendorPayment): readonly Decision[] => {
  const took = (at: Instant) => Math.max(0, at - payment.createdAt);
  const approvals = payment.approvals.map(
    (given): Decision => ({ ...approverIn(given), by: given.by, kind: 'approval', took: took(given.at) }),
  );
  if (payment.status !== 'cancelled') return approvals;
  const { rejectedBy: by, rejectedAt } = payment;
  const rejected = { by, identities: identitiesOf({ subject: by }) };
  return [...approvals, { ...rejected, kind: 'rejection', took: took(rejectedAt) }];
};

/**
 * By person, as approvals tell people apart, under the first of the subjects in their order; and all of them together, or nothing where none
 * has decided anything.
 */
export function approverRows(
  payments: readonly VendorPayment[],
): Readonly<{ rows: readonly ApproverRow[]; all: Omit<ApproverRow, 'approver'> | undefined }> {
  const decisions = payments.flatMap(decisionsOf);
  const rows = new Map(
    byPerson(decisions).map((own) => {
      const [approver = ''] = own.map(({ by }) => by).toSorted();
      return [approver, { approver, ...timesOf(own) }];
    }),
  );
  return { rows: inOrder(rows), all: decisions.length === 0 ? undefined : timesOf(decisions) };
}

/** What is one person's by any identity is together, also where two have none in common but each has one with a third. */
function byPerson<Each extends Person>(all: readonly Each[]): readonly (readonly Each[])[] {
  let people: readonly Readonly<{ known: ReadonlySet<string>; own: readonly Each[] }>[] = [];
  for (const [identities, alike] of Map.groupBy(all, ({ identities }) => identities.join('\n'))) {
    const known = comparedAs(identities.split('\n'));
    const { same = [], other = [] } = Object.groupBy(people, (person) =>
      known.some((identity) => person.known.has(identity)) ? 'same' : 'other',
    );
    people = [
      ...other,
      {
        known: new Set([...known, ...same.flatMap((person) => [...person.known])]),
        own: [...same.flatMap(({ own }) => own), ...alike],
      },
    ];
  }
  return people.map(({ own }) => own);
}

function timesOf(decisions: readonly Decision[]): Omit<ApproverRow, 'approver'> {
  const times = decisions.map(({ took }) => took).toSorted((a, b) => a - b);
  // Of the nearest rank: the shortest time within which so many of them were decided.
  const within = (share: number) => times[Math.ceil(times.length * share) - 1] ?? 0;
  const approvals = decisions.filter(({ kind }) => kind === 'approval').length;
  return {
    approvals,
    rejections: decisions.length - approvals,
    median: within(0.5),
    p95: within(0.95),
    longest: times.at(-1) ?? 0,
  };
}

/** Payments of one risk and outcome of a review that came to one end, or have come so far. */
export type FraudRow = Readonly<{
  fraudStatus: FraudStatus;
  /** Undefined where there was no review. */
  reviewOutcome: ReviewOutcome | undefined;
  status: VendorPaymentStatus;
  currency: CurrencyCode;
  count: number;
  amount: bigint;
  /** Of them, those that the scorer gave no answer for in time. */
  unscored: number;
  /** 0–1, of those that have a score; undefined when none has. */
  averageScore: number | undefined;
}>;

/** By risk, then status, then the outcome of reviews. */
export function fraudRows(payments: readonly VendorPayment[]): readonly FraudRow[] {
  const groups = Map.groupBy(payments, ({ fraud, status, review, amount }) =>
    keyOf(0, fraud.status, status, review?.outcome ?? '', amount.currency),
  );
  const rows = new Map<string, FraudRow>();
  for (const [key, all] of groups) {
    const [first] = all;
    if (first === undefined) continue;
    const scores = all.flatMap(({ fraud }) => fraud.score ?? []);
    const sum = scores.reduce((total, score) => total + score, 0);
    rows.set(key, {
      fraudStatus: first.fraud.status,
      reviewOutcome: first.review?.outcome,
      status: first.status,
      currency: first.amount.currency,
      count: all.length,
      amount: all.reduce((total, { amount }) => total + amount.minorUnits, 0n),
      unscored: all.length - scores.length,
      averageScore: scores.length === 0 ? undefined : fractionOf(Math.round(sum / scores.length)),
    });
  }
  return inOrder(rows);
}

/** Sorts as its parts do, the number before all. */
const keyOf = (place: number, ...parts: readonly string[]): string =>
  [String(place).padStart(4, '0'), ...parts].join(' ');

const inOrder = <Row>(rows: ReadonlyMap<string, Row>): readonly Row[] =>
  [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
