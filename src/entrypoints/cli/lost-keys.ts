import type { Aggregates } from '../../ports/aggregates.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { SecretKeys } from '../../ports/secret-keys.ts';
import { keyRemedy } from './key-remedies.ts';

const LOOKED_AT = 10;

/** What is wrong with the keys; `isGone`: this process reads its ring itself, and the ring lacks one. */
export type LostKey = Readonly<{ says: string; remedy: string; isGone: boolean }>;

export type SealedPorts = Readonly<{
  merchants: Pick<Merchants, 'list'>;
  aggregates: Pick<Aggregates, 'list'>;
  secretKeys: Pick<SecretKeys, 'unwrap'>;
}>;

/**
 * What is wrong with the keys where they do not open what is stored: a wrong ring, or one made anew, wraps well, opens no customer, and takes
 * an email that another customer has. Looks at the oldest customers of some merchants, so that a ring which lost a single key may pass; rows
 * that cannot be read are passed over, as `verify` names them.
 */
export async function lostKey({
  merchants,
  aggregates,
  secretKeys,
}: SealedPorts): Promise<LostKey | undefined> {
  const some = (await merchants.list({ limit: LOOKED_AT })).unwrapOr([]);
  for (const { id: merchantId } of some) {
    try {
      const customers = await aggregates.list(merchantId, 'customer', { limit: LOOKED_AT });
      const sealed = customers.unwrapOr([]).find(({ status }) => status === 'active');
      if (sealed?.status !== 'active') continue;
      const { id, dataKey } = sealed;
      const opened = await secretKeys.unwrap({ merchantId, entityId: id }, dataKey);
      if (opened.isErr()) return lost(dataKey.keyId, keyRemedy(opened.error.cause));
    } catch {
      // What a tampered row throws says nothing of the keys.
    }
  }
  return undefined;
}

const lost = (keyId: string, remedy: string | undefined): LostKey => ({
  says: `${keyId}, under which customers are kept, is not among them or cannot be used`,
  remedy:
    remedy ??
    'stop what serves with these keys, and set PAYWRIGHT_CUSTOMER_KEYS, or bring back the file of keys, as it was',
  isGone: remedy === undefined,
});
