import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import {
  type Approver,
  hasRole,
  type Permission,
  permitted,
  ROLES,
} from '../../../domain/approvals/approver.ts';
import { parseUuid, type VendorId, type VendorPaymentId } from '../../../domain/approvals/ids.ts';
import type { Origin } from '../../../domain/kernel/actor.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Principal } from '../server/authenticate.ts';
import { type GateParts, withoutStrayQuery, withPrincipal } from '../server/authorization.ts';
import { type HttpContext, originOf } from '../server/request-context.ts';
import type { Route } from '../server/route.ts';
import type { Documentation } from '../server/route-description.ts';
import { approvalsProblems } from './approvals-problems.ts';

/** Answers a request of an approver. */
export type ApproverHandler = (c: HttpContext, by: Approver) => Promise<Response>;

/**
 * A route for tokens of people whose role has the permission; nothing of a request is read before that is known. Who is
 * refused at a payment that the path names is in that payment's log.
 */
export const forRoles = <Parts>(
  permission: Permission,
  handler: (parts: Parts) => ApproverHandler,
  documentation: Documentation,
): Route<Parts & GateParts & Pick<ApprovalsUseCases, 'recordRefusal'>> => ({
  documentation,
  access: { secured: true, refusals: [400, 401, 403, 500, 503] },
  handler: (parts) => {
    const serve = withoutStrayQuery(documentation, handler(parts));
    return (c) =>
      withPrincipal(c, parts, () => {
        const by = approverOf(c.var.principal);
        return permitted(by, permission).match(
          () => serve(c, by),
          async (failure) => {
            const id = parseUuid<VendorPaymentId>(c.req.param('id') ?? '');
            if (id !== undefined)
              await parts.recordRefusal({ ...askedBy(c, by), id, permission, reason: failure.kind });
            return approvalsProblems.refuse(c, failure);
          },
        );
      });
  },
});

/**
 * A token says in every role whose vendor its person is by `vendor_id`; a vendor's without it by its subject.
 */
function approverOf({ subject, identities, roles: claimed, vendorId }: Principal): Approver {
  const roles = ROLES.filter((role) => claimed.includes(role));
  const vendor = vendorId ?? (roles.includes('vendor') ? parseUuid<VendorId>(subject) : undefined);
  return { id: subject, identities, roles, ...present({ vendorId: vendor }) };
}

/** The subject of the token and where the request came from, as the audit log keeps them. */
export const askedBy = (c: HttpContext, by: Approver): Readonly<{ by: Approver; origin: Origin }> => ({
  by,
  origin: originOf(c, hasRole(by, ['system']) ? 'system' : hasRole(by, ['admin']) ? 'admin' : 'user'),
});
