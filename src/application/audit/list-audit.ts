import type { ResultAsync } from 'neverthrow';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { AuditFilter, AuditTrail } from '../../ports/audit-trail.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type ListAuditRequest = Readonly<{
  merchantId: MerchantId;
  filter: AuditFilter;
  limit: number;
  cursor?: string;
}>;

/** A page of a merchant's audit trail, newest first; see `paging`. The newest links may be missing for moments. */
export type ListAudit = (
  request: ListAuditRequest,
) => ResultAsync<Page<AuditEntry>, CursorInvalid | StorageUnavailable>;

export const listAudit = (
  ports: Readonly<{ auditTrail: AuditTrail; signedTokens: SignedTokens; clock: Clock }>,
): ListAudit => {
  const pageOf = paging(ports, (text) => parseId('aud', text));
  return ({ merchantId, filter, ...request }) =>
    pageOf({ context: { list: 'audit', merchantId, filter }, ...request }, (page) =>
      ports.auditTrail.list(merchantId, filter, page),
    );
};
