import { errAsync, type ResultAsync } from 'neverthrow';
import type { PaymentMethodFace, StoredPaymentMethod } from '../../domain/customers/customer.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { WrappedKey } from '../../domain/kernel/sealed.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Processor } from '../../ports/processor.ts';
import type { PaymentMethodNotAccepted } from '../../ports/response-encoder.ts';
import type { KeyOwner } from '../../ports/secret-keys.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { tokenField } from './customer-secrets.ts';

/** `token` is what the processor knows the method by; it is sealed at once and never given out again. */
export type NewPaymentMethod = Readonly<{ face: PaymentMethodFace; token: string; asDefault: boolean }>;

export type SealMethodPorts = Readonly<{ vault: Vault; ids: Ids; processor: Pick<Processor, 'accepts'> }>;

/** A payment method as it is stored, under an id of its own. Refused when the processor could never charge it. */
export function sealPaymentMethod(
  { vault, ids, processor }: SealMethodPorts,
  { owner, key, now }: Readonly<{ owner: KeyOwner; key: WrappedKey; now: Instant }>,
  { face, token }: NewPaymentMethod,
): ResultAsync<StoredPaymentMethod, PaymentMethodNotAccepted | KeysUnavailable> {
  if (!processor.accepts(token)) return errAsync({ kind: 'PaymentMethodNotAccepted' });
  const id = ids.paymentMethod(now);
  const field = tokenField(id);
  return vault
    .seal(owner, key, { [field]: token })
    .map((sealed) => ({ ...face, id, token: sealed[field] ?? '', createdAt: now }));
}
