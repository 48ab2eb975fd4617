import { auditTrailChain } from '../../../src/domain/kernel/audit-entry.ts';
import type { PaymentId } from '../../../src/domain/kernel/ids.ts';
import { digests } from '../../fixtures/changes.ts';
import { change, type Hand } from './tampering.ts';

/** Another first link, every later one sealed again, and the payment under the new head: nothing is left that disagrees. */
export async function rewriteHistory(hand: Hand, id: PaymentId): Promise<void> {
  const links = (await hand.rows('link'))
    .map(({ value }) => value)
    .filter(({ entityId }) => entityId === id)
    .sort((a, b) => a.sequence - b.sequence);
  const sealed = new Map<string, (typeof links)[number]>();
  let previousHash = links[0]?.previousHash ?? '';
  for (const link of links) {
    const actor = { id: 'somebody', type: 'user' } as const;
    const next = auditTrailChain.seal({ ...link, actor, previousHash }, digests.sha256);
    sealed.set(link.id, next);
    previousHash = next.hash;
  }
  await change(hand, 'link', (link) => sealed.get(link.id) ?? link);
  await change(hand, 'payment', (each) => (each.id === id ? { ...each, auditHash: previousHash } : each));
}
