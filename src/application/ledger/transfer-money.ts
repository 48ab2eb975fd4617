import { errAsync, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  type Claim,
  type ClaimTerms,
  type Completed,
  respondedClaim,
  type StoredResponse,
  spentClaim,
} from '../../domain/kernel/claim.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import type { Money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  openTransfer,
  type Transfer,
  type TransferRefused,
  transferEntries,
  transferEvents,
} from '../../domain/ledger/transfer.ts';
import { activeMerchant, type MerchantInactive } from '../../domain/merchants/merchant.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Balances } from '../../ports/balances.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Change, CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { TransferResponseEncoder } from '../../ports/transfer-response-encoder.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate } from '../kernel/aggregate-change.ts';
import { claimChange } from '../kernel/claim-change.ts';
import {
  type IdempotencyInFlight,
  type IdempotencyKeyReused,
  type IdempotentRequest,
  idempotent,
  type Responded,
  refuseFreely,
} from '../kernel/idempotency.ts';
import { type InTurn, inTurn } from '../kernel/in-turn.ts';
import { retryWhenStale } from '../kernel/retry-when-stale.ts';
import { isStored } from './stored-refusals.ts';

export type TransferRequest = Readonly<{
  /** Whose money it is. */
  merchantId: MerchantId;
  idempotencyKey: string;
  destinationMerchantId: MerchantId;
  amount: Money;
  description?: string;
  origin: Origin;
}>;

/** Others kept spending from the same balance. Nothing moved; the same key may try again. */
export type BalanceContended = Readonly<{ kind: 'BalanceContended' }>;

export type TransferFailure =
  | MerchantInactive
  | TransferRefused
  | IdempotencyKeyReused
  | IdempotencyInFlight
  | BalanceContended
  | StorageUnavailable;

/**
 * Moves money from one merchant to another in one commit: both sides' ledger entries, the transfer, its audit link, an
 * event for each side and the key's answer. Never more than is available, however many transfers leave at once. The same
 * key gives the same answer. Three round trips when new, one more where a
 * balance takes two; one for a replay.
 */
export type TransferMoney = (request: TransferRequest) => ResultAsync<Responded, TransferFailure>;

export type TransferPorts = Readonly<{
  claims: Claims;
  merchants: Merchants;
  balances: Balances;
  aggregates: Aggregates;
  commits: Commits;
  transferResponses: TransferResponseEncoder;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

export const transferMoney = (ports: TransferPorts, terms: ClaimTerms): TransferMoney => {
  const turns: InTurn = inTurn();
  return (request) => {
    const { merchantId, amount, origin } = request;
    const idempotentRequest: IdempotentRequest = {
      key: { merchantId, operation: 'transfer', key: request.idempotencyKey },
      fingerprint: ports.digests.fingerprint(canonicalJson(payloadOf(request))),
      requestId: origin.requestId,
    };
    const attempt = () => transfer(ports, terms, request, idempotentRequest);
    return idempotent<void, TransferFailure>(ports, terms, idempotentRequest, {
      context: () => okAsync(undefined),
      start: () =>
        turns(`${merchantId} ${amount.currency}`, () => retryWhenStale(attempt)).mapErr((failure) =>
          failure.kind === 'StaleVersion' ? contended : failure,
        ),
      resume: ({ state }) => {
        throw new Error(`a transfer's claim is ${state}`);
      },
      current: (claim) => currentResponse(ports, claim),
    });
  };
};

const contended: BalanceContended = { kind: 'BalanceContended' };

/** Decides on what is there now, and commits the decision: the transfer, or the refusal. */
function transfer(
  ports: TransferPorts,
  terms: ClaimTerms,
  request: TransferRequest,
  idempotentRequest: IdempotentRequest,
) {
  return safeTry<Responded, TransferFailure | CommitRefused>(async function* () {
    const { merchantId, destinationMerchantId, amount, description } = request;
    const { source, destination, balance } = yield* standing(ports, request);
    yield* activeMerchant(source, merchantId);
    const now = ports.clock.now();
    const step = { changeId: ports.ids.change(now), now };
    const opened = openTransfer(
      {
        id: ports.ids.transfer(now),
        merchantId,
        destinationMerchantId,
        amount,
        ...present({ description }),
        createdAt: now,
      },
      destination,
      balance?.available ?? 0n,
    );
    const { key, fingerprint, requestId } = idempotentRequest;
    if (opened.isErr()) {
      if (!isStored(opened.error)) return refuseFreely(ports, key, opened.error);
      const response = ports.transferResponses.refused(opened.error, requestId);
      const claim = respondedClaim(key, { fingerprint, requestId, response }, step, terms);
      return ports.commits
        .commit(claimChange({ expected: 0, next: claim }, now))
        .map(() => ({ response, replayed: false }));
    }
    const done = opened.value;
    const response = ports.transferResponses.transferred(done, requestId);
    const facts = { fingerprint, requestId, response, transferId: done.id };
    const change = transferChange(ports, request.origin, done, {
      claim: spentClaim(key, facts, step, terms),
      spendings: balance?.spendings ?? 0,
    });
    return ports.commits.commit(change).map(() => ({ response, replayed: false }));
  });
}

/** Three parallel reads, all strongly consistent. */
const standing = (ports: TransferPorts, request: TransferRequest) =>
  ResultAsync.combine([
    ports.merchants.find(request.merchantId),
    ports.merchants.find(request.destinationMerchantId),
    ports.balances.of(request.merchantId, request.amount.currency),
  ] as const).map(([source, destination, [balance]]) => ({ source, destination, balance }));

function transferChange(
  ports: TransferPorts,
  origin: Origin,
  transfer: Transfer,
  { claim, spendings }: Readonly<{ claim: Completed; spendings: number }>,
): Change {
  const { ids } = ports;
  const { createdAt: at, merchantId, amount } = transfer;
  const { guarded, entry } = auditedAggregate(ports, {
    at,
    origin,
    action: 'transfer.completed',
    next: transfer,
  });
  return {
    id: claim.changeId,
    at,
    claim: { expected: 0, next: claim },
    transactions: [],
    aggregates: [guarded],
    spending: { merchantId, currency: amount.currency, expected: spendings },
    entries: transferEntries(transfer, [ids.ledgerEntry(at), ids.ledgerEntry(at)]),
    tallies: [],
    audit: [entry],
    events: transferEvents(transfer, [ids.event(at), ids.event(at)]),
  };
}

/** The kept answer has expired; the transfer has not. */
function currentResponse(
  { aggregates, transferResponses }: TransferPorts,
  { merchantId, requestId, ...claim }: Claim,
): ResultAsync<StoredResponse, TransferFailure | CommitRefused> {
  const id = claim.state === 'completed' ? claim.transferId : undefined;
  if (id === undefined) return errAsync({ kind: 'ClaimTaken' });
  return aggregates.find(merchantId, 'transfer', id).map((done) => {
    // A claim and its transfer are one commit, so a claim without its transfer is a defect.
    if (done === undefined) throw new Error(`claimed transfer ${id} does not exist`);
    return transferResponses.transferred(done, requestId);
  });
}

/** What makes two requests the same one; the key and who asked are not part of it. */
const payloadOf = ({ destinationMerchantId, amount, description }: TransferRequest) => ({
  operation: 'transfer',
  destination_merchant_id: destinationMerchantId,
  amount: amount.minorUnits,
  currency: amount.currency,
  description,
});
