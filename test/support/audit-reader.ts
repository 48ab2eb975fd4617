import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { canonicalJson, type JsonObject } from '../../src/domain/kernel/json.ts';
import { customer } from '../../src/entrypoints/http/customers/customer-schemas.ts';
import { merchant } from '../../src/entrypoints/http/merchants/merchant-schemas.ts';
import { paymentPage, paymentWithTransactions } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import { allPages, type Client, jsonOf } from './http-client.ts';

/** What stands on record for the merchant by its own reading: entity and version. */
export async function versionsOf(
  client: Client,
  customerId: string | undefined,
): Promise<Map<string, number>> {
  const self = merchant.parse(await jsonOf(client, '/merchant'));
  const versions = new Map([[`merchant ${self.id}`, self.version]]);
  for (const { id } of await allPages(client, '/payments', paymentPage)) {
    const read = paymentWithTransactions.parse(await jsonOf(client, `/payments/${id}`));
    versions.set(`payment ${id}`, read.version);
    for (const each of read.transactions) versions.set(`transaction ${each.id}`, each.version);
  }
  if (customerId !== undefined) {
    const { id, version } = customer.parse(await jsonOf(client, `/customers/${customerId}`));
    versions.set(`customer ${id}`, version);
  }
  return versions;
}

type Link = Readonly<{
  sequence: number;
  previous_hash: string;
  hash: string;
  withheld?: readonly string[] | undefined;
}>;

/** How many links a chain has, from the first on; each names the one before and, unless something is withheld, is hashed as it is published. */
export function wholeLength(chain: readonly Link[]): number {
  let before = '0'.repeat(64);
  for (const [index, { hash, ...link }] of chain.toSorted((x, y) => x.sequence - y.sequence).entries()) {
    const sealed = createHash('sha256')
      .update(canonicalJson(link as unknown as JsonObject))
      .digest('hex');
    const proved = link.withheld === undefined ? sealed : hash;
    expect([link.sequence, link.previous_hash, hash]).toEqual([index + 1, before, proved]);
    before = hash;
  }
  return chain.length;
}
