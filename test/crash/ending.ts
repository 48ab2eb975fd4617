import type { Claim, OpenClaim } from '../../src/domain/kernel/claim.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import { amountsOf } from '../../src/domain/payments/payment.ts';
import { outboxShardOf } from '../../src/ports/outbox.ts';
import { type MerchantBooks, readBooks } from './merchant-books.ts';
import type { Scenario } from './scenarios.ts';
import type { Asked, World } from './world.ts';

async function claimsOf({ storage, now }: World, asked: readonly Asked[]): Promise<readonly Claim[]> {
  const found = await Promise.all(asked.map(({ key }) => storage.claims.find(key, now())));
  return found.flatMap((claim) => claim._unsafeUnwrap() ?? []);
}

export const openClaims = async (world: World, asked: readonly Asked[]): Promise<readonly OpenClaim[]> =>
  (await claimsOf(world, asked)).filter((claim) => claim.state !== 'completed');

/** What a request leaves behind that gets as far as its intent; what it does to payments shows at the end. */
export async function traces(world: World, asked: Asked): Promise<string> {
  const claims = await claimsOf(world, [asked]);
  return [...claims.map(({ state }) => `claim ${state}`), ...world.ledger.references()].join();
}

/** All that is wrong when everything has come to rest. */
export async function endFaults(
  world: World,
  scenario: Scenario,
  asked: readonly Asked[],
  recounts: boolean,
): Promise<readonly string[]> {
  const { storage, ledger, merchants } = world;
  const claims = await claimsOf(world, asked);
  const events = await eventsOf(world, isTransfer(asked) ? undefined : claims);
  const witnesses = { storage, ledger, claims, events, recounts };
  const own = await readBooks(witnesses, merchants.own);
  const other =
    recounts || isTransfer(asked)
      ? await readBooks({ ...witnesses, recounts: false }, merchants.other)
      : NOTHING_BOOKED;
  const { faults, transactions, payments, transfers } = own;
  const end = endText(own);
  const modifications = new Set<string>(transactions.map(({ id }) => id));
  const known = new Set<string>([...payments.map(({ id }) => id), ...modifications]);
  const sent = transfers.map(({ id }) => id).join();
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
    ...(sent === other.transfers.map(({ id }) => id).join() ? [] : ['transfers that did not arrive']),
    ...moneyFaults(own, other),
  ];
}

const isTransfer = (asked: readonly Asked[]): boolean =>
  asked.some(({ request }) => request.type === 'transfer');

/** Whoever is sent nothing must have nothing, which is looked at where summaries are recounted. */
const NOTHING_BOOKED: MerchantBooks = { payments: [], transactions: [], transfers: [], faults: [] };

/** What each merchant has is what the payment and the transfers say, and nobody has less than nothing. */
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
async function eventsOf({ storage, now }: World, of?: readonly Claim[]): Promise<readonly DomainEvent[]> {
  const shards = of?.flatMap(({ paymentId: id }) => (id === undefined ? [] : outboxShardOf({ id })));
  const { outbox } = storage;
  const found = await (shards === undefined
    ? outbox.unsent(10_000)
    : outbox.next([...new Set(shards)], now(), 10_000));
  return found._unsafeUnwrap();
}

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);
