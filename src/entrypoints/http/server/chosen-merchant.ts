import { err, ok, type Result } from 'neverthrow';
import type { MerchantNotFound } from '../../../application/merchants/read-merchants.ts';
import { type MerchantId, parseMerchantId } from '../../../domain/kernel/ids.ts';
import type { Principal, Unauthenticated } from './authenticate.ts';
import type { ProblemRow } from './problem.ts';
import { type MalformedRequest, REQUEST_PROBLEMS } from './request-problems.ts';

/** For every resource that needs the merchant to be there. */
export const MERCHANT_NOT_FOUND: ProblemRow<MerchantNotFound> = {
  status: 404,
  code: 'merchant_not_found',
  title: 'There is no such merchant',
  detail: 'No merchant has this id.',
};

/** A token names one merchant, and its request another. */
export type MerchantNotAllowed = Readonly<{ kind: 'MerchantNotAllowed' }>;

export const MERCHANT_NOT_ALLOWED: ProblemRow<MerchantNotAllowed> = {
  status: 403,
  code: 'merchant_not_allowed',
  title: 'The token is of another merchant',
  detail: 'The header `Paywright-Merchant` names another merchant than the token. Leave it out.',
};

/** A token of an administrator names no merchant, and its request none either. */
export type MerchantNotNamed = Readonly<{ kind: 'MerchantNotNamed' }>;

/** It is answered as any token that names none, and says what is missing to those who may choose one. */
export const MERCHANT_NOT_NAMED: ProblemRow<MerchantNotNamed> = {
  ...REQUEST_PROBLEMS.Unauthenticated,
  detail:
    'The token names no merchant, and this is a request of one: say which in the header `Paywright-Merchant`, as administrators may.',
};

type PermissionMissing = Readonly<{ kind: 'Forbidden'; permission: string }>;

const NAME = 'Paywright-Merchant';

/** The permission of those who manage the merchants of an installation. */
export const MANAGES_MERCHANTS = 'admin';

/** As the document has it, on every route of a merchant. */
export const MERCHANT_HEADER = {
  name: NAME,
  in: 'header' as const,
  required: false,
  description:
    'The merchant that the request is for, where the token names none: for administrators, by the permission `admin` beside the one that the route needs. ' +
    'A token that names a merchant may repeat it here, and is refused with any other.',
  schema: { type: 'string' as const, pattern: '^[A-Za-z0-9_-]{1,64}$' },
  example: 'merchant-123',
};

/** The merchant of a request; `isChosen` of one that the token did not name, which may not be there. */
export type RequestMerchant = Readonly<{ merchantId: MerchantId; isChosen: boolean }>;

/**
 * Whose request it is, by the token and the header. The token has the last word: the header adds a merchant to the token of an
 * administrator which has none, and changes the merchant of no token.
 */
export function requestMerchant(
  { merchantId, permissions }: Principal,
  header: string | undefined,
): Result<
  RequestMerchant,
  MalformedRequest | MerchantNotAllowed | MerchantNotNamed | PermissionMissing | Unauthenticated
> {
  const mayChoose = permissions.has(MANAGES_MERCHANTS);
  if (header === undefined) {
    if (merchantId !== undefined) return ok({ merchantId, isChosen: false });
    return err({ kind: mayChoose ? 'MerchantNotNamed' : 'Unauthenticated' });
  }
  const named = parseMerchantId(header);
  if (named === undefined)
    return err({
      kind: 'MalformedRequest',
      faults: [{ path: [NAME], message: 'must be the id of one merchant' }],
    });
  if (merchantId !== undefined)
    return named === merchantId ? ok({ merchantId, isChosen: false }) : err({ kind: 'MerchantNotAllowed' });
  return mayChoose
    ? ok({ merchantId: named, isChosen: true })
    : err({ kind: 'Forbidden', permission: MANAGES_MERCHANTS });
}
