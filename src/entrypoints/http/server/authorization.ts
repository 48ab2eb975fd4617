import type { Handler } from 'hono';
import { type Approver, type Permission, permitted, ROLES } from '../../../domain/approvals/approver.ts';
import { parseUuid, type VendorId } from '../../../domain/approvals/ids.ts';
import type { MerchantId } from '../../../domain/kernel/ids.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import type { Authenticate, Principal } from './authenticate.ts';
import { claimedMerchant } from './claimed-merchant.ts';
import type { PlatformMetrics } from './metrics.ts';
import { type HttpContext, type HttpEnv, refuse } from './request-context.ts';

export type GateParts = Readonly<{
  authenticate: Authenticate;
  metrics: PlatformMetrics;
  /** Told of every refused token, with the merchant it claimed; that claim is unproved. */
  noteFailedAuthentication: (claimed: MerchantId | undefined) => void;
}>;

/** Answers a request of somebody who manages merchants. */
export type AdminHandler = (c: HttpContext) => Promise<Response>;

/** Lets a request through to its handler with a token that names a merchant and has the permission. */
export const asTenant = (parts: GateParts, permission: string, handler: TenantHandler): Handler<HttpEnv> =>
  asMember(parts, (c, merchantId) => withPermission(c, permission, () => handler(c, merchantId)));

/** The same for any token that names a merchant, whatever it permits. */
export const asMember =
  (parts: GateParts, handler: TenantHandler): Handler<HttpEnv> =>
  (c) =>
    withPrincipal(c, parts, async () => {
      const { merchantId } = c.var.principal;
      return merchantId === undefined ? unauthenticated(c, parts) : handler(c, merchantId);
    });

/** Lets a request through with a token that permits to manage merchants, whether or not it names one. */
export const asAdmin =
  (parts: GateParts, handler: AdminHandler): Handler<HttpEnv> =>
  (c) =>
    withPrincipal(c, parts, () => withPermission(c, 'admin', () => handler(c)));

/** Answers a request of a person of the approvals service. */
export type ApproverHandler = (c: HttpContext, by: Approver) => Promise<Response>;

/** Lets a request through with a token of somebody whose role allows the deed, before anything of it is read. */
export const asRole =
  (parts: GateParts, permission: Permission, handler: ApproverHandler): Handler<HttpEnv> =>
  (c) =>
    withPrincipal(c, parts, () =>
      permitted(approverOf(c.var.principal), permission).match(
        (by) => handler(c, by),
        (failure) => Promise.resolve(refuse(c, failure)),
      ),
    );

/** Which vendor a vendor is, its token says by `vendor_id`, or else by its subject. */
function approverOf({
  subject,
  roles: claimed,
  vendorId = parseUuid<VendorId>(subject),
}: Principal): Approver {
  const roles = ROLES.filter((role) => claimed.includes(role));
  return { id: subject, roles, ...(vendorId === undefined || !roles.includes('vendor') ? {} : { vendorId }) };
}

/** A parameter that means nothing here was meant for something, so it is refused like an unknown field. */
export const withoutQuery =
  <Args extends readonly unknown[]>(
    handler: (c: HttpContext, ...args: Args) => Promise<Response>,
  ): ((c: HttpContext, ...args: Args) => Promise<Response>) =>
  async (c, ...args) => {
    if (!c.req.url.includes('?')) return handler(c, ...args);
    const faults = [...new URL(c.req.url).searchParams.keys()].map((name) => ({
      path: [name],
      message: 'is not known here',
    }));
    return faults.length === 0 ? handler(c, ...args) : refuse(c, { kind: 'MalformedRequest', faults });
  };

async function withPrincipal(
  c: HttpContext,
  parts: GateParts,
  next: () => Promise<Response>,
): Promise<Response> {
  const principal = await parts.authenticate(c.req.header('authorization'));
  if (principal.isErr())
    return principal.error.kind === 'Unauthenticated'
      ? unauthenticated(c, parts)
      : refuse(c, principal.error);
  c.set('principal', principal.value);
  return next();
}

function unauthenticated(c: HttpContext, { metrics, noteFailedAuthentication }: GateParts): Response {
  const claimed = claimedMerchant(c.req.header('authorization'));
  metrics.failedAuthentications.inc({ claim: claimed === undefined ? 'nobody' : 'merchant' });
  noteFailedAuthentication(claimed);
  return refuse(c, { kind: 'Unauthenticated' });
}

const withPermission = async (
  c: HttpContext,
  permission: string,
  next: () => Promise<Response>,
): Promise<Response> =>
  c.var.principal.permissions.has(permission) ? next() : refuse(c, { kind: 'Forbidden', permission });
