import { errAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type ClaimTerms, isHeld, takeOver } from '../../domain/kernel/claim.ts';
import type { Undecided } from '../../domain/payments/payment.ts';
import type { Claims } from '../../ports/claims.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { OpenConfig, ProcessorUnavailable } from '../../ports/processor.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { claimChange } from '../kernel/claim-change.ts';
import type { IdempotencyInFlight } from '../kernel/idempotency.ts';
import {
  type Approach,
  type CompletePaymentPorts,
  type Completion,
  completePayment,
} from './complete-payment.ts';

export type AskAgainPorts = CompletePaymentPorts & Readonly<{ claims: Claims }>;

export type AskAgainFailure =
  | IdempotencyInFlight
  | ProcessorUnavailable
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Takes over the claim of a payment whose outcome is awaited and asks the processor, under that claim's fence, so that of all that ask
 * about one payment only one commits. While a request or a worker asks, it is in flight. One read, two commits, one or two processor calls.
 */
export const askAgain = (
  ports: AskAgainPorts,
  terms: ClaimTerms,
  { payment, config, origin }: Readonly<{ payment: Undecided; config: OpenConfig; origin: Origin }>,
  ask: Exclude<Approach['ask'], 'charge'>,
): ResultAsync<Completion, AskAgainFailure> =>
  safeTry<Completion, AskAgainFailure | CommitRefused>(async function* () {
    const key = {
      merchantId: payment.merchantId,
      operation: 'process',
      key: payment.idempotencyKey,
    } as const;
    const claim = yield* ports.claims.find(key, ports.clock.now());
    const now = ports.clock.now();
    if (claim?.state !== 'unknown' && claim?.state !== 'calling') return errAsync(comeBack);
    if (claim.state === 'calling' && isHeld(claim, now, terms))
      return errAsync({ kind: 'IdempotencyInFlight' as const, retryAfterMs: claim.dueAt - now });
    const held = takeOver(claim, { changeId: ports.ids.change(now), now }, terms);
    yield* ports.commits.commit(claimChange({ expected: claim.fence, next: held }, now));
    return completePayment(ports, terms)(
      { claim: held, payment, origin, config },
      { ask, clientWaits: false },
    );
  }).mapErr((failure): AskAgainFailure => {
    switch (failure.kind) {
      // A rival was quicker: what it did is on record, or will be.
      case 'ClaimTaken':
      case 'FenceLost':
      case 'KeyTaken':
      case 'StaleVersion':
        return comeBack;
      case 'IdempotencyInFlight':
      case 'ProcessorUnavailable':
      case 'KeysUnavailable':
      case 'StorageUnavailable':
        return failure;
    }
  });

/** The outcome is not known yet. */
const comeBack: IdempotencyInFlight = { kind: 'IdempotencyInFlight', retryAfterMs: 1_000 };
