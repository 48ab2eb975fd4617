import { type Instant, instantOf, rfc3339 } from '../kernel/instant.ts';

/** How the customer acts: at an address, or in the merchant's page with a secret that the processor's own script takes. */
export const ACTION_KINDS = ['redirect', 'client_secret'] as const;

/** What the processor waits for. `value` is the address or the secret; after `expiresAt` the charge is canceled. */
export type NextAction = Readonly<{
  kind: (typeof ACTION_KINDS)[number];
  value: string;
  expiresAt: Instant;
}>;

/**
 * What the customer has to do, under the names it is published with. `value` lets its holder act for the customer, so it is only in
 * answers about the one payment, and with the payment where that is stored.
 */
export type NextActionRecord = Readonly<{ kind: NextAction['kind']; value?: string; expires_at: string }>;

/** Without what lets the customer act. */
export const nextActionRecord = ({ kind, expiresAt }: NextAction): NextActionRecord => ({
  kind,
  expires_at: rfc3339(expiresAt),
});

export const usableNextActionRecord = ({ kind, value, expiresAt }: NextAction): NextActionRecord => ({
  kind,
  value,
  expires_at: rfc3339(expiresAt),
});

/** The action that a stored record describes; undefined where it lacks what the customer needs. */
export const restoreNextAction = ({ kind, value, expires_at }: NextActionRecord): NextAction | undefined =>
  value === undefined ? undefined : { kind, value, expiresAt: instantOf(expires_at) };

/** Whether both ask the same of the customer, until the same time. */
export const isSameAction = (one: NextAction, other: NextAction): boolean =>
  one.kind === other.kind && one.value === other.value && one.expiresAt === other.expiresAt;
