import type { Sha256 } from '../../domain/kernel/audit-chain.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';

/** What rows of two kinds must say alike. */
export const TOPICS = [
  'transaction',
  'claim',
  'event',
  'indexed event',
  'unique key',
  'finder',
  'tenant',
  'delivery',
] as const;
export type Topic = (typeof TOPICS)[number];

/** A thing that one row says, and that another row, or a chain, must say too. Equal texts, equal facts; `id` is for people. */
export type Fact = Readonly<{ topic: Topic; merchantId: MerchantId; id: string; text: string }>;

/** Whether the fact was `found` in a row of its own, or must be there because of another. */
export type NoteFact = (side: 'found' | 'expected', fact: Fact) => void;

/**
 * What is compared: facts that were written by `cut`, when nothing that old is under way any more; of events, since `from`; of
 * claims without an effect, since `tracedFrom`, and none that lapses by `until`; of what finds payments, those since `foundFrom`.
 */
export type FactWindow = Readonly<{
  cut: Instant;
  from: Instant;
  tracedFrom: Instant;
  foundFrom: Instant;
  until: Instant;
}>;

/**
 * Facts found less facts expected, as a sum of hashes for each topic of each tenant: 0n when both are the same, in memory
 * that grows with the tenants alone. It tells edits and losses, not rows that were made to have the same sum.
 */
export type FactSums = Map<string, bigint>;

export const noteInSums =
  (sums: FactSums, sha256: Sha256): NoteFact =>
  (side, { topic, merchantId, text }) => {
    const key = sumKey(topic, merchantId);
    const digest = BigInt(`0x${sha256(`${topic} ${text}`)}`);
    sums.set(key, BigInt.asUintN(256, (sums.get(key) ?? 0n) + (side === 'found' ? digest : -digest)));
  };

export const sumKey = (topic: Topic, merchantId: MerchantId): string => `${topic} ${merchantId}`;

/** The same for one topic of one tenant, fact by fact: how often each was found more than expected. */
export type FactCounts = Map<string, Readonly<{ id: string; count: number }>>;

export const noteInCounts =
  (counts: FactCounts, topic: Topic, merchantId: MerchantId, sha256: Sha256): NoteFact =>
  (side, fact) => {
    if (fact.topic !== topic || fact.merchantId !== merchantId) return;
    const key = sha256(fact.text);
    const count = (counts.get(key)?.count ?? 0) + (side === 'found' ? 1 : -1);
    if (count === 0) counts.delete(key);
    else counts.set(key, { id: fact.id, count });
  };
