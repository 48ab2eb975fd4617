import { okAsync } from 'neverthrow';
import { type Claim, isLapsed, type OpenClaim } from '../../domain/kernel/claim.ts';
import type { Claims } from '../../ports/claims.ts';
import { claimKeyText, type MemoryStore } from './store.ts';

export const memoryClaims = (store: MemoryStore): Claims => ({
  find(key, now) {
    const claim = store.claims.get(claimKeyText(key));
    return okAsync(claim === undefined || isLapsed(claim, now) ? undefined : claim);
  },
  due: (now, limit) =>
    okAsync(
      [...store.claims.values()]
        .filter(isOpen)
        .filter(({ dueAt }) => dueAt <= now)
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit)
        .map(({ merchantId, operation, key }) => ({ merchantId, operation, key })),
    ),
});

const isOpen = (claim: Claim): claim is OpenClaim => claim.state !== 'completed';
