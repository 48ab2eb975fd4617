import type { Handler } from 'hono';
import type { MerchantNotFound } from '../../../application/merchants/read-merchants.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import type { MerchantId } from '../../../domain/kernel/ids.ts';
import type { Authenticate, Unauthenticated } from './authenticate.ts';
import {
  MANAGES_MERCHANTS,
  MERCHANT_HEADER,
  MERCHANT_NOT_ALLOWED,
  MERCHANT_NOT_FOUND,
  MERCHANT_NOT_NAMED,
  type MerchantNotAllowed,
  type MerchantNotNamed,
  requestMerchant,
} from './chosen-merchant.ts';
import { claimedMerchant } from './claimed-merchant.ts';
import type { ServiceMetrics } from './measurements.ts';
import { problemTable } from './problem-table.ts';
import type { HttpContext, HttpEnv } from './request-context.ts';
import type { Route } from './route.ts';
import type { Documentation } from './route-description.ts';

export type GateParts = Readonly<{
  authenticate: Authenticate;
  metrics: ServiceMetrics;
  /** Called with the merchant that a refused token claimed; that claim is unproved. */
  noteFailedAuthentication: (claimed: MerchantId | undefined) => void;
}>;

type Forbidden = Readonly<{ kind: 'Forbidden'; permission: string }>;

const FORBIDDEN = {
  Forbidden: {
    status: 403,
    code: 'permission_missing',
    title: 'The token does not allow this',
    detail: ({ permission }: Forbidden) => `The token lacks the permission \`${permission}\`.`,
  },
};

type NotOfMerchant = MerchantNotAllowed | MerchantNotFound;

const OF_MERCHANT = {
  ...FORBIDDEN,
  MerchantNotAllowed: MERCHANT_NOT_ALLOWED,
  MerchantNotFound: MERCHANT_NOT_FOUND,
};

const { refuse } = problemTable<Forbidden | NotOfMerchant | MerchantNotNamed>({
  ...OF_MERCHANT,
  // Its code is that of every request without a good token, and documented there.
  MerchantNotNamed: MERCHANT_NOT_NAMED,
});

/** Every problem that the lack of a token, of a permission or of a merchant is. */
export const ACCESS_PROBLEMS = Object.values(OF_MERCHANT);

/** What routes of merchants need to know whose a request is. */
type MemberParts = GateParts & Pick<UseCases, 'getMerchant'>;

/** Answers a request of a tenant: `merchantId` is the one its token names, or which an administrator chose. */
export type TenantHandler = (c: HttpContext, merchantId: MerchantId) => Promise<Response>;

/** Answers a request whose token manages merchants. */
export type AdminHandler = (c: HttpContext) => Promise<Response>;

const PERMITTED = { secured: true, refusals: [400, 401, 403, 500, 503], problems: FORBIDDEN };

const MEMBERS = {
  secured: true,
  refusals: [400, 401, 403, 404, 500, 503],
  problems: OF_MERCHANT,
  headers: [MERCHANT_HEADER],
};

/** A route for tokens that name a merchant, or of administrators who choose one, and have the permission. */
export const forTenants = <Parts>(
  permission: string,
  handler: (parts: Parts) => TenantHandler,
  documentation: Documentation,
): Route<Parts & MemberParts> => ({
  documentation,
  access: MEMBERS,
  handler: (parts) =>
    asMember(parts, withoutStrayQuery(documentation, handler(parts)), (c, next) =>
      withPermission(c, permission, next),
    ),
});

/** A route for any token that names a merchant, or of an administrator who chooses one, whatever else it permits. */
export const forMembers = <Parts>(
  handler: (parts: Parts) => TenantHandler,
  documentation: Documentation,
): Route<Parts & MemberParts> => ({
  documentation,
  access: MEMBERS,
  handler: (parts) => asMember(parts, withoutStrayQuery(documentation, handler(parts))),
});

/** A route for tokens that permit to manage merchants, whether or not they name one. */
export const forAdmins = <Parts>(
  handler: (parts: Parts) => AdminHandler,
  documentation: Documentation,
): Route<Parts & GateParts> => ({
  documentation,
  access: PERMITTED,
  handler: (parts) => {
    const serve = withoutStrayQuery(documentation, handler(parts));
    return (c) => withPrincipal(c, parts, () => withPermission(c, MANAGES_MERCHANTS, () => serve(c)));
  },
});

/** Goes on in the name of one merchant. The one that was chosen is looked up when all else permits it. */
const asMember =
  (
    parts: MemberParts,
    serve: TenantHandler,
    permitted: (c: HttpContext, next: () => Promise<Response>) => Promise<Response> = (_, next) => next(),
  ): Handler<HttpEnv> =>
  (c) =>
    withPrincipal(c, parts, async () => {
      const { principal } = c.var;
      const of = requestMerchant(principal, c.req.header(MERCHANT_HEADER.name));
      if (of.isErr()) {
        const { error } = of;
        return error.kind === 'Unauthenticated' || error.kind === 'MerchantNotNamed'
          ? unauthenticated(c, parts, error)
          : refuse(c, error);
      }
      const { merchantId, isChosen } = of.value;
      return permitted(c, async () => {
        if (!isChosen) return serve(c, merchantId);
        const found = await parts.getMerchant(merchantId);
        if (found.isErr()) return refuse(c, found.error);
        // A principal is shared by the requests of its token: this one's gets the merchant, no other's.
        c.set('principal', { ...principal, merchantId });
        c.set('actsFor', merchantId);
        return serve(c, merchantId);
      });
    });

/** A parameter that means nothing here was meant for something, so it is refused like an unknown field. */
export const withoutStrayQuery =
  <Args extends readonly unknown[]>(
    { query }: Documentation,
    handler: (c: HttpContext, ...args: Args) => Promise<Response>,
  ): ((c: HttpContext, ...args: Args) => Promise<Response>) =>
  async (c, ...args) => {
    if (query !== undefined || !c.req.url.includes('?')) return handler(c, ...args);
    const faults = [...new URL(c.req.url).searchParams.keys()].map((name) => ({
      path: [name],
      message: 'is not known here',
    }));
    return faults.length === 0 ? handler(c, ...args) : refuse(c, { kind: 'MalformedRequest', faults });
  };

/** Goes on with a token that can be believed, and with no other. */
export async function withPrincipal(
  c: HttpContext,
  parts: GateParts,
  next: () => Promise<Response>,
): Promise<Response> {
  const principal = await parts.authenticate(c.req.header('authorization'));
  if (principal.isErr())
    return principal.error.kind === 'Unauthenticated'
      ? unauthenticated(c, parts, principal.error)
      : refuse(c, principal.error);
  c.set('principal', principal.value);
  return next();
}

function unauthenticated(
  c: HttpContext,
  parts: GateParts,
  failure: Unauthenticated | MerchantNotNamed,
): Response {
  countFailedAuthentication(parts, c.req.header('authorization'));
  return refuse(c, failure);
}

/** Counts a refused token, by the merchant that it claims. */
export function countFailedAuthentication(
  { metrics, noteFailedAuthentication }: Omit<GateParts, 'authenticate'>,
  authorization: string | undefined,
): void {
  const claimed = claimedMerchant(authorization);
  metrics.failedAuthentications.inc({ claim: claimed === undefined ? 'nobody' : 'merchant' });
  noteFailedAuthentication(claimed);
}

/** Goes on with a token that has the permission; others are answered which one they lack. */
export const withPermission = async (
  c: HttpContext,
  permission: string,
  next: () => Promise<Response>,
): Promise<Response> =>
  c.var.principal.permissions.has(permission) ? next() : refuse(c, { kind: 'Forbidden', permission });
