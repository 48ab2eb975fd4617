import type { Approval } from '../../../domain/approvals/approval.ts';
import type { GivenApproval } from '../../../domain/approvals/given-approvals.ts';
import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import { approverIn } from '../../../domain/approvals/maker-checker.ts';
import { comparedAs } from '../../../domain/kernel/identity.ts';
import type { ItemKey } from '../table.ts';
import { approvalIdentityKey, approvalKey } from './keys.ts';

export const keyText = ({ pk, sk }: ItemKey): string => `${pk} ${sk}`;

/**
 * What all approvals of a payment have taken; `held` are the keys that are there. An approval of before identities were kept
 * took its subject alone, and one of before they were compared in every spelling none of the further ones: there all of
 * an approval's further keys are expected, or none.
 */
export function approvalItems(
  id: VendorPaymentId,
  given: readonly GivenApproval[],
  held: ReadonlySet<string>,
): readonly ItemKey[] {
  const keysOf = (approval: Approval, known: readonly string[]) =>
    known.map((identity) => approvalIdentityKey(id, approval, identity));
  const ownKeys = ({ approval }: GivenApproval) => keysOf(approval, approverIn(approval).identities);
  const own = new Set(given.flatMap(ownKeys).map(keyText));
  return given.flatMap(({ approval, version }) => {
    const compared = keysOf(approval, comparedAs(approverIn(approval).identities));
    const further = compared.filter((key) => !own.has(keyText(key)));
    return [
      approvalKey(id, approval),
      ...(approval.identities === undefined ? [] : ownKeys({ approval, version })),
      ...(further.some((key) => held.has(keyText(key))) ? further : []),
    ];
  });
}
