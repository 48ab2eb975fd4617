import { errAsync, okAsync } from 'neverthrow';
import {
  hasExpired,
  type RequestClaim,
  type RequestKey,
  released,
  traceOf,
} from '../../../domain/approvals/request-claim.ts';
import type { RequestClaims } from '../../../ports/approvals/request-claims.ts';
import type { Kept } from '../retention.ts';
import type { ApprovalsStore } from './store.ts';

export const memoryRequestClaims = (store: ApprovalsStore): RequestClaims => ({
  find(key, now) {
    const claim = store.claims.get(claimKeyText(key));
    return okAsync(claim === undefined || hasExpired(claim, now) ? undefined : claim);
  },
  add(claim) {
    if (!isFreeFor(store, claim)) return errAsync({ kind: 'ClaimTaken' });
    writeClaim(store, claim);
    return okAsync(undefined);
  },
  release(claim) {
    const key = claimKeyText(claim);
    if (store.claims.get(key)?.changeId === claim.changeId) writeClaim(store, released(claim));
    return okAsync(undefined);
  },
});

/** Claims whose time is over; their keys are free already. */
export const keptClaims =
  ({ claims }: ApprovalsStore): Kept =>
  () =>
    [...claims].map(([key, { expiresAt }]) => ({ endsAt: expiresAt, forget: () => claims.delete(key) }));

/** Traces of claims whose time is over. */
export const keptTraces =
  ({ claimTraces }: ApprovalsStore): Kept =>
  () =>
    [...claimTraces].map(([key, { expiresAt }]) => ({
      endsAt: expiresAt,
      forget: () => claimTraces.delete(key),
    }));

/** Puts the claim under its key, with its trace. */
export function writeClaim({ claims, claimTraces, written }: ApprovalsStore, claim: RequestClaim): void {
  claims.set(claimKeyText(claim), claim);
  written.add(claim);
  const trace = traceOf(claim);
  if (trace !== undefined) claimTraces.set(claimKeyText(trace), trace);
}

/** Whether nothing holds the key, or what does has expired, or is of the same change. */
export function isFreeFor({ claims }: ApprovalsStore, claim: RequestClaim): boolean {
  const holder = claims.get(claimKeyText(claim));
  return holder === undefined || holder.changeId === claim.changeId || hasExpired(holder, claim.createdAt);
}

export const claimKeyText = ({ caller, operation, key }: RequestKey): string =>
  JSON.stringify([caller, operation, key]);
