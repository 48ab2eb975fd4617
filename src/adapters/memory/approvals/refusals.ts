import { errAsync, okAsync } from 'neverthrow';
import { NO_REFUSALS, refusalKey } from '../../../domain/approvals/refusal.ts';
import type { Refusals } from '../../../ports/approvals/refusals.ts';
import type { ApprovalsStore } from './store.ts';

export function memoryRefusals({ refusalsOf, refusalHeads }: ApprovalsStore): Refusals {
  const of = (id: string) => refusalsOf.get(id) ?? [];
  return {
    countAgain(id, key) {
      const counted = of(id).findIndex((refusal) => refusalKey(refusal) === key);
      refusalsOf.set(
        id,
        of(id).map((refusal, index) =>
          index === counted ? { ...refusal, attempts: refusal.attempts + 1 } : refusal,
        ),
      );
      const head = refusalHeads.get(id);
      if (counted >= 0 && head !== undefined) refusalHeads.set(id, { ...head, attempts: head.attempts + 1 });
      return okAsync(counted >= 0);
    },
    head: (id) => okAsync(refusalHeads.get(id) ?? NO_REFUSALS),
    append(refusal) {
      const { paymentId: id, sequence } = refusal;
      const key = refusalKey(refusal);
      if (of(id).some((each) => each.sequence === sequence || refusalKey(each) === key))
        return errAsync({ kind: 'StaleVersion', id });
      refusalsOf.set(id, [...of(id), refusal]);
      const attempts = (refusalHeads.get(id)?.attempts ?? 0) + refusal.attempts;
      refusalHeads.set(id, { version: sequence, auditHash: refusal.hash, attempts });
      return okAsync(undefined);
    },
    of: (id) => okAsync(of(id)),
  };
}
