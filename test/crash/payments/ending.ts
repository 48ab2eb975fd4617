import type { Claim, OpenClaim } from '../../../src/domain/kernel/claim.ts';
import type { DomainEvent } from '../../../src/domain/kernel/events.ts';
import { amountsOf } from '../../../src/domain/payments/payment.ts';
import { outboxShardOf } from '../../../src/ports/outbox.ts';
import { type MerchantBooks, readBooks } from './merchant-books.ts';
import type { Scenario } from './scenarios.ts';
import type { Scene, SentRequest } from './world.ts';

async function claimsOf(scene: Scene, sent: readonly SentRequest[]): Promise<readonly Claim[]> {
  const { storage, now, claimKeyOf } = scene;
  const keys = new Map(sent.map(claimKeyOf).map((key) => [`${key.operation} ${key.key}`, key]));
  const found = await Promise.all([...keys.values()].map((key) => storage.claims.find(key, now())));
  return found.flatMap((claim) => claim._unsafeUnwrap() ?? []);
}

export const openClaims = async (scene: Scene, sent: readonly SentRequest[]): Promise<readonly OpenClaim[]> =>
  (await claimsOf(scene, sent)).filter((claim) => claim.state !== 'completed');

/** What a request leaves behind that gets as far as its intent; what it does to payments shows at the end. */
export async function traces(scene: Scene, sent: SentRequest): Promise<string> {
  const claims = await claimsOf(scene, [sent]);
  return [...claims.map(({ state }) => `claim ${state}`), ...scene.ledger.references()].join();
}

/** All that is wrong when everything has come to rest. */
export async function endFaults(
  scene: Scene,
  scenario: Scenario,
  sent: readonly SentRequest[],
  recounts: boolean,
): Promise<readonly string[]> {
  const { storage, ledger, merchants } = scene;
  const claims = await claimsOf(scene, sent);
  const events = await eventsOf(scene, isTransfer(sent) ? undefined : claims);
  const witnesses = { storage, ledger, claims, events, recounts };
  const own = await readBooks(witnesses, merchants.own);
  const other =
    recounts || isTransfer(sent)
      ? await readBooks({ ...witnesses, recounts: false }, merchants.other)
      : NOTHING_BOOKED;
  const { faults, transactions, payments, transfers } = own;
  const end = endText(own);
  const modifications = new Set<string>(transactions.map(({ id }) => id));
  const known = new Set<string>([...payments.map(({ id }) => id), ...modifications]);
  const transferred = transfers.map(({ id }) => id).join();
  return [
    ...faults,
    ...other.faults,
    ...(scenario.ends.includes(end) ? [] : [`it ended ${end}`]),
    ...(payments.length === 1 ? [] : [`${payments.length} payments`]),
    ...ledger
      .references()
      .filter((reference) => !known.has(reference))
      .map((reference) => `the processor has ${reference}, and we do not`),
    ...(other.payments.length === 0 ? [] : ['a payment of the other merchant']),
    ...(transferred === other.transfers.map(({ id }) => id).join() ? [] : ['transfers that did not arrive']),
    ...moneyFaults(own, other),
  ];
}

const isTransfer = (sent: readonly SentRequest[]): boolean =>
  sent.some(({ request }) => request.type === 'transfer');

/** A merchant that is sent nothing has nothing, which is compared where summaries are recounted. */
const NOTHING_BOOKED: MerchantBooks = { payments: [], transactions: [], transfers: [], faults: [] };

/** What each merchant has is what the payment and the transfers say, and no balance is below zero. */
function moneyFaults(
  { payments, transactions, transfers, balance }: MerchantBooks,
  other: MerchantBooks,
): readonly string[] {
  const sent = sumOf(transfers.map(({ amount }) => amount.minorUnits));
  const fees = sumOf(transactions.map((each) => ('fee' in each ? (each.fee ?? 0n) : 0n)));
  const taken = sumOf(
    payments.map((payment) => {
      const { captured, refunded } = amountsOf(payment);
      return captured.minorUnits - refunded.minorUnits;
    }),
  );
  const has = balance?.available ?? 0n;
  const got = other.balance?.available ?? 0n;
  return [
    ...(has === taken - sent - fees ? [] : [`${has} there, where ${taken} came, ${sent} and ${fees} left`]),
    ...(got === sent ? [] : [`${sent} sent, and ${got} arrived`]),
    ...(has < 0n ? [`overdrawn: ${has}`] : []),
  ];
}

/** How a world ended, in the words of `Scenario.ends`. */
function endText({ payments: [payment], transfers }: MerchantBooks): string {
  if (payment === undefined) return 'with the payment lost';
  const { captured, refunded } = amountsOf(payment);
  const sums = {
    captured: captured.minorUnits,
    refunded: refunded.minorUnits,
    sent: sumOf(transfers.map(({ amount }) => amount.minorUnits)),
  };
  const parts = Object.entries(sums).flatMap(([what, sum]) => (sum === 0n ? [] : [`${sum} ${what}`]));
  return [payment.status, ...parts].join(', ');
}

/** All that were written, or all of the payments of some claims: those of one payment are in one shard. */
async function eventsOf({ storage, now }: Scene, of?: readonly Claim[]): Promise<readonly DomainEvent[]> {
  const shards = of?.flatMap(({ paymentId: id }) => (id === undefined ? [] : outboxShardOf({ id })));
  const { outbox } = storage;
  const found = await (shards === undefined
    ? outbox.unsent(10_000)
    : outbox.next([...new Set(shards)], now(), 10_000));
  return found._unsafeUnwrap();
}

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);
