import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStored as isTransferStored } from '../../src/application/ledger/stored-refusals.ts';
import { isStored } from '../../src/application/payments/stored-refusals.ts';
import type { TransferRefused } from '../../src/domain/ledger/transfer.ts';
import type { ModificationRefused } from '../../src/domain/payments/modification.ts';
import { transfers } from '../../src/entrypoints/http/ledger/transfers.ts';
import { modifications } from '../../src/entrypoints/http/payments/modifications.ts';
import { payments } from '../../src/entrypoints/http/payments/payments.ts';
import type { PaymentRefused } from '../../src/ports/response-encoder.ts';
import { reachable } from '../domain/payment-moves.ts';

type PaymentKind =
  | ModificationRefused['kind']
  | PaymentRefused['kind']
  | 'MerchantInactive'
  | 'PaymentNotFound'
  | 'InsufficientFunds'
  | 'AmountNotPositive';

const DECISION = new URL('../../docs/decisions/0003-idempotency-life-cycle.md', import.meta.url);

/** What the decision says of each code: `yes`, `no`, or `when` something holds. */
const decided = new Map(
  [...readFileSync(DECISION, 'utf8').matchAll(/^\| (.+?) \| (yes|no|when)\b.*?\|/gm)].flatMap(
    ([, refusals = '', stored = '']) =>
      [...refusals.matchAll(/`(\w+)`/g)].map(([, code = '']) => [code, stored] as const),
  ),
);

/** With the code that each is answered with. */
const OF_PAYMENTS = {
  MerchantInactive: 'merchant_inactive',
  AmountOverLimit: 'amount_over_limit',
  CustomerNotAccepted: 'customer_not_found',
  PaymentMethodNotAccepted: 'payment_method_not_accepted',
  PaymentNotFound: 'payment_not_found',
  InsufficientFunds: 'insufficient_funds',
  AmountNotPositive: 'amount_not_positive',
  PaymentStateConflict: 'payment_state_conflict',
  AmountExceedsAuthorized: 'amount_exceeds_authorized',
  AmountExceedsCaptured: 'amount_exceeds_captured',
} satisfies Record<PaymentKind, string>;

const OF_TRANSFERS = {
  TransferToSelf: 'transfer_to_self',
  AmountNotPositive: 'amount_not_positive',
  InsufficientFunds: 'insufficient_funds',
  DestinationNotAvailable: 'destination_not_available',
} satisfies Record<TransferRefused['kind'], string>;

const codesOf = (resource: Readonly<{ problems: readonly Readonly<{ code: string }>[] }>) =>
  resource.problems.map(({ code }) => code);

/** Some payment may be refused so with the refusal stored, and some may not. */
const wordOf = (stored: readonly boolean[]): string =>
  stored.every(Boolean) ? 'yes' : stored.some(Boolean) ? 'when' : 'no';

describe('the table of the decision on idempotency keys', () => {
  it.each(Object.entries(OF_PAYMENTS))(
    'says of %s what becomes of it as a refusal of a payment',
    (kind, code) => {
      const samples = fc.sample(reachable, { numRuns: 300, seed: 1 });
      const stored = samples.map(({ payment }) => isStored({ kind } as ModificationRefused, payment));
      expect([...codesOf(payments), ...codesOf(modifications)]).toContain(code);
      expect(decided.get(code)).toBe(wordOf(stored));
    },
  );

  it.each(Object.entries(OF_TRANSFERS))(
    'says of %s what becomes of it as a refusal of a transfer',
    (kind, code) => {
      expect(codesOf(transfers)).toContain(code);
      expect(decided.get(code)).toBe(wordOf([isTransferStored({ kind } as TransferRefused)]));
    },
  );
});
