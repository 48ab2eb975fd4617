import { okAsync } from 'neverthrow';
import { keysOfException, openException } from '../../domain/files/exception.ts';
import { exceptionOfRow } from '../../domain/files/exception-facts.ts';
import { settlementId } from '../../domain/files/settlement-keys.ts';
import { settlementRow } from '../../domain/files/settlement-lines.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import { NO_EFFECTS, type RowContributor } from './row-effects.ts';

/** Opens an exception for each row that did not match, which its line names, of the settlement that counts it as one. */
export const exceptionRows =
  ({ ids, digests }: Readonly<{ ids: Ids; digests: Digests }>): RowContributor =>
  ({ reconciliation, now }) =>
    okAsync((row) => {
      const facts = exceptionOfRow(row);
      if (facts === undefined) return NO_EFFECTS;
      const group = settlementRow(row)?.group;
      const next = openException({
        ...facts,
        ...present({ settlementId: group && settlementId(digests.sha256, reconciliation, group) }),
        id: ids.exception(now),
        merchantId: reconciliation.merchantId,
        reconciliationId: reconciliation.id,
        createdAt: now,
      });
      const takes = keysOfException(next);
      return { aggregates: [{ action: 'exception.opened', next, takes }], line: { exception_id: next.id } };
    });
