import { simulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import type { Claim, ClaimKey, Operation } from '../../../src/domain/kernel/claim.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { signToken } from '../../../src/entrypoints/cli/tokens.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { SECRET } from '../../fixtures/changes.ts';
import { inLanes } from '../in-lanes.ts';
import { type MerchantBooks, readBooks } from '../payments/merchant-books.ts';
import { GETTER, send, TAKER } from './client-requests.ts';
import type { Acknowledged, Clients } from './parallel-clients.ts';
import type { Replay } from './replays.ts';
import { pause } from './server-processes.ts';
import type { WebhookReceiver } from './webhook-receiver.ts';

/** By merchant. */
export type Tokens = ReadonlyMap<MerchantId, string>;

/** What clients do. */
export const EVERYTHING: readonly Operation[] = ['capture', 'process', 'refund', 'transfer', 'void'];

/** Whether some request of it was answered as done. */
export const isDone = (operation: Operation, { acknowledged }: Pick<Clients, 'acknowledged'>): boolean =>
  acknowledged.some(({ request, reply }) => request.key.operation === operation && reply.status === 201);

/** Resolves when no claim is open any more; a worker of a server sees to it. */
export async function recovered(storage: Storage): Promise<void> {
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; await pause(250)) {
    const open = (await storage.claims.due(Date.now() + 86_400_000, 1_000))._unsafeUnwrap();
    if (open.length === 0) return;
  }
  throw new Error('recovery leaves claims open');
}

/** Sends all of it to the server under the same keys. */
export const askedAgain = (
  url: string,
  tokens: Tokens,
  acknowledged: readonly Acknowledged[],
): Promise<readonly Replay[]> =>
  inLanes(acknowledged, async ({ request, reply: first }) => ({
    request,
    first,
    again: await send(url, tokens.get(request.key.merchantId) ?? '', request),
  }));

/**
 * What was acknowledged is what happened, no less and no more; `spent` are the keys that hold a response. `resumed` are the claims that another server finished
 * than the one which began them, where the processor was not silent.
 */
export async function auditBooks(
  storage: Storage,
  ledgerFile: string,
  spent: readonly ClaimKey[],
  receiver: WebhookReceiver,
): Promise<Readonly<{ faults: readonly string[]; resumed: readonly Claim[] }>> {
  const ledger = simulatorLedger(ledgerFile);
  const now = Date.now();
  const found = await inLanes(spent, async (key) => (await storage.claims.find(key, now))._unsafeUnwrap());
  const claims = found.filter((claim) => claim !== undefined);
  const events = receiver.events().toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const witnesses = { storage, ledger, claims, events, recounts: true };
  const taker = await readBooks(witnesses, TAKER);
  const getter = await readBooks(witnesses, GETTER);
  const silent = new Set(
    taker.payments.filter((each) => each.paymentMethod.startsWith('test_timeout')).map(({ id }) => id),
  );
  const known = new Set<string>([...taker.payments, ...taker.transactions].map(({ id }) => id));
  const strangers = ledger.references().filter((reference) => !known.has(reference));
  ledger.close();
  return {
    resumed: claims.filter(
      ({ fence, paymentId }) => fence > STEPS_OF_ONE && paymentId !== undefined && !silent.has(paymentId),
    ),
    faults: [
      ...taker.faults,
      ...getter.faults,
      ...(claims.length === spent.length ? [] : ['a key that was spent has no claim']),
      ...strangers.map((reference) => `at the processor, and not ours: ${reference}`),
      ...events
        .filter(({ paymentId }) => paymentId !== undefined && !known.has(paymentId))
        .map(({ id }) => `an event of no payment: ${id}`),
      ...clearingFaults(taker, getter),
    ],
  };
}

/** A server that finishes what it began opens the claim and ends it; one more step is another's. */
const STEPS_OF_ONE = 2;

/** Every transfer is on both sides, makes no money, and a merchant without refunds never owes. */
function clearingFaults(taker: MerchantBooks, getter: MerchantBooks): readonly string[] {
  const [theirs, ours] = [getter, taker].map(({ transfers }) => transfers.map(({ id }) => id).join());
  const [taken, got] = [taker.balance, getter.balance];
  return [
    ...(ours === theirs ? [] : ['the merchants do not have the same transfers']),
    ...(got !== undefined && taken?.transfers === -got.transfers ? [] : ['transfers made or lost money']),
    ...(got !== undefined && got.available >= 0n ? [] : [`${GETTER} has ${got?.available}`]),
  ];
}

/** For everything that clients ask. */
export const tokenOf = (merchantId: MerchantId): Promise<string> =>
  signToken(
    { kind: 'hs256', secret: SECRET, issuer: 'paywright', audience: 'paywright' },
    {
      subject: 'clients',
      merchantId,
      permissions: ['payments', 'refunds', 'transfers', 'webhooks'],
      lifetimeSeconds: 3_600,
    },
  );

/** How many there are of each. */
export const countText = (keys: readonly Readonly<{ operation: string }>[]): string =>
  [...Map.groupBy(keys, ({ operation }) => operation)]
    .map(([operation, each]) => `${operation} ${each.length}`)
    .join(', ') || 'none';
