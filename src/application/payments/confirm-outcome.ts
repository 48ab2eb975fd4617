import { err, errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import {
  type Claim,
  type ClaimTerms,
  completeClaim,
  isHeld,
  respondedClaim,
  takeOver,
} from '../../domain/kernel/claim.ts';
import {
  atExpectedVersion,
  type Expecting,
  type VersionMismatch,
} from '../../domain/kernel/expected-version.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type {
  NothingProposed,
  ProposalUnseen,
  Resolver,
  SelfConfirmation,
} from '../../domain/kernel/second-person.ts';
import type { Begun } from '../../domain/kernel/work-claim.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { type NotInAttention, noteRefusal, proposedTo } from '../../domain/payments/resolution.ts';
import type { Claims } from '../../ports/claims.ts';
import type { CommitRefused, Guarded } from '../../ports/commits.ts';
import type { PaymentNotFound } from '../../ports/payments.ts';
import type { ResponseEncoder } from '../../ports/response-encoder.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type ChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';
import { intact, linksOf, type PaymentNotIntact } from './intact-payment.ts';
import { paymentChange } from './payment-change.ts';
import { orOvertaken, type ProposePorts } from './propose-outcome.ts';
import { type ResolutionMove, resolutionMove } from './resolution-move.ts';

export type ConfirmOutcomeRequest = Expecting &
  Readonly<{ merchantId: MerchantId; paymentId: PaymentId; by: Resolver; origin: Origin }>;

/** The processor is being asked about it, and may do more than say something. */
export type ProcessorBeingAsked = Readonly<{ kind: 'ProcessorBeingAsked'; retryAfterMs: number }>;

type Refused =
  | PaymentNotFound
  | VersionMismatch
  | NotInAttention
  | NothingProposed
  | SelfConfirmation
  | ProposalUnseen
  | ProcessorBeingAsked
  | PaymentNotIntact
  | StorageUnavailable;

export type ConfirmOutcomeFailure = Refused | ChangedMeanwhile;

/**
 * Does what another person proposed: payment, transaction, ledger, tallies, links, event and the answer of the request that waited
 * for the processor are one commit, under that request's fence, so that nothing is sent to the processor from then on and a verdict
 * that comes late is refused. `begun` is of the request's key: a repeat after a crash finds what the same person did under it, and
 * does nothing more. A refused attempt of the proposer is a link of the payment's chain, once for each proposal. Three reads and one
 * commit.
 */
export type ConfirmOutcome = (
  request: ConfirmOutcomeRequest,
  begun?: Begun,
) => ResultAsync<Payment, ConfirmOutcomeFailure>;

export type ConfirmPorts = ProposePorts & Readonly<{ claims: Claims; responses: ResponseEncoder }>;

export const confirmOutcome =
  (ports: ConfirmPorts, terms: ClaimTerms): ConfirmOutcome =>
  (request, begun) =>
    retryWhenStale(() => attempt(ports, terms, request, begun)).mapErr(orOvertaken);

const attempt = (
  ports: ConfirmPorts,
  terms: ClaimTerms,
  { merchantId, paymentId, by, origin, ...expecting }: ConfirmOutcomeRequest,
  begun: Begun | undefined,
): ResultAsync<Payment, Refused | CommitRefused> =>
  safeTry(async function* () {
    const payment = yield* ports.payments.find(merchantId, paymentId);
    const history = yield* ports.payments.historyOf(merchantId, paymentId);
    const now = ports.clock.now();
    const links = linksOf(payment, history);
    if (begun !== undefined && now >= begun.aloneUntil && isDoneBy(links, { by, begun, ...expecting }))
      return ok(payment);
    const proposed = proposedTo(payment, by);
    if (proposed.isErr() && proposed.error.kind === 'SelfConfirmation')
      return refuse(ports, terms, payment, origin).andThen(() => err(proposed.error));
    yield* atExpectedVersion(payment, expecting);
    const proposal = yield* proposed;
    // A list of versions may name every one that there is.
    if (expecting.expectedVersions?.length !== 1)
      return err({ kind: 'ProposalUnseen' as const, version: payment.version });
    yield* intact(ports, payment, history);
    const { waiting, ...move } = yield* resolutionMove(ports, payment, history.transactions, proposal, now);
    const claim =
      waiting === undefined
        ? noteOf(ports, terms, payment, origin, now)
        : yield* ended(ports, terms, waiting, now);
    const { change, payment: resolved } = paymentChange<Payment>(ports, {
      at: now,
      origin,
      before: payment,
      ...move,
      action: RESOLVED,
      claim,
    });
    // A worker was quicker to take the request over: it is asked then whether it still is at it.
    return ports.commits
      .commit(change)
      .mapErr((failure) =>
        failure.kind === 'FenceLost' ? { kind: 'StaleVersion' as const, id: paymentId } : failure,
      )
      .map(() => resolved);
  });

const RESOLVED = 'payment.resolved';

/** The link after the version that the person saw is that person's own resolution, and not from before the request. */
const isDoneBy = (
  links: readonly AuditEntry[],
  { by, begun, expectedVersions = [] }: Expecting & Readonly<{ by: Resolver; begun: Begun }>,
): boolean =>
  links.some(
    ({ sequence, action, actor, timestamp }) =>
      expectedVersions.includes(sequence - 1) &&
      action === RESOLVED &&
      actor.id === by.id &&
      timestamp >= begun.at,
  );

/** The claim of what waited for the processor, with its answer. A holder that is at work is left to it. */
const ended = (
  { claims, ids, responses }: ConfirmPorts,
  terms: ClaimTerms,
  { key, answer }: NonNullable<ResolutionMove['waiting']>,
  now: Instant,
): ResultAsync<Guarded<Claim>, ProcessorBeingAsked | CommitRefused | StorageUnavailable> =>
  claims.find(key, now).andThen((claim) => {
    if (claim === undefined || claim.state === 'completed')
      return errAsync<Guarded<Claim>, CommitRefused>({ kind: 'StaleVersion', id: key.key });
    if (claim.state === 'calling' && isHeld(claim, now, terms))
      return errAsync<Guarded<Claim>, ProcessorBeingAsked>({
        kind: 'ProcessorBeingAsked',
        retryAfterMs: claim.dueAt - now,
      });
    const step = { changeId: ids.change(now), now };
    const next = completeClaim(takeOver(claim, step, terms), answer(responses, claim), step, terms);
    return okAsync<Guarded<Claim>>({ expected: claim.fence, next });
  });

/** The claim of a version of a payment that moves no other. */
function noteOf(
  { ids }: ConfirmPorts,
  terms: ClaimTerms,
  { merchantId, id, version }: Payment,
  { requestId }: Origin,
  now: Instant,
): Guarded<Claim> {
  const key = { merchantId, operation: 'note_outcome', key: `${id} ${version}` } as const;
  const facts = { fingerprint: '', requestId, response: '' };
  return { expected: 0, next: respondedClaim(key, facts, { changeId: ids.change(now), now }, terms) };
}

/** Notes on the payment that its proposer tried to confirm. What cannot be noted leaves the refusal as it is. */
function refuse(
  ports: ConfirmPorts,
  terms: ClaimTerms,
  payment: Payment,
  origin: Origin,
): ResultAsync<void, never> {
  const now = ports.clock.now();
  const next = noteRefusal(payment, now);
  if (next === undefined) return okAsync(undefined);
  const { change } = paymentChange(ports, {
    at: now,
    origin,
    before: payment,
    next,
    transactions: [],
    action: 'payment.resolution_refused',
    claim: noteOf(ports, terms, payment, origin, now),
  });
  return ports.commits.commit(change).orElse(() => okAsync(undefined));
}
