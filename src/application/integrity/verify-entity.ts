import type { Sha256 } from '../../domain/kernel/audit-chain.ts';
import { type AuditEntry, type AuditedEntity, auditTrailChain } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import type { IntegrityFinding } from './integrity-finding.ts';

/** Anything with a chain of its own, as it is stored. `record` is what its links were made from. */
export type ChainedEntity = Readonly<{
  type: AuditedEntity;
  id: string;
  merchantId: MerchantId;
  version: number;
  auditHash: string;
  record: JsonObject;
}>;

/** The first thing wrong with an entity or its chain: every link whole, and the entity exactly what they add up to. */
export function faultOfEntity(
  entity: ChainedEntity,
  links: readonly AuditEntry[],
  sha256: Sha256,
): IntegrityFinding | undefined {
  const { type, id, merchantId } = entity;
  const bad = { kind: 'BadRow', merchantId, row: type, id } as const;
  const whole = auditTrailChain.verifyRecord(links, entity, sha256);
  if (whole.isErr() && whole.error.kind === 'BrokenChain')
    return { ...bad, sequence: whole.error.sequence, fault: whole.error.fault };
  const stranger = links.find((link) => link.entityType !== type || link.merchantId !== merchantId);
  if (stranger !== undefined) return { ...bad, sequence: stranger.sequence, fault: 'edited' };
  return whole.isOk() ? undefined : { ...bad, fault: 'differs' };
}
