import { err, ok, type Result } from 'neverthrow';
import type { Identity } from '../kernel/identity.ts';
import type { VendorId } from './ids.ts';

/** What a token can claim. Approvals and audit links may name others, which no token grants any more. */
export const ROLES = ['dispatcher', 'admin', 'vendor', 'system'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Who asks, with every claim that says who that is: `id` is the token's subject, `identities` are what tells people apart,
 * and `vendorId` is whom payments to that vendor pay, in whatever role. A vendor without an id of its own sees nothing.
 */
export type Approver = Readonly<{
  id: string;
  identities: readonly Identity[];
  roles: readonly Role[];
  vendorId?: VendorId;
}>;

export type Permission =
  | 'create'
  | 'record'
  | 'see'
  | 'list'
  | 'audit'
  | 'change'
  | 'approve'
  | 'reject'
  | 'process'
  | 'review';

const ALLOWED = {
  create: ['dispatcher', 'admin', 'system'],
  record: ['system'],
  see: ['dispatcher', 'admin', 'system', 'vendor'],
  list: ['dispatcher', 'admin'],
  audit: ['dispatcher', 'admin'],
  change: ['dispatcher', 'admin'],
  approve: ['dispatcher', 'admin'],
  reject: ['dispatcher', 'admin'],
  process: ['admin'],
  review: ['admin'],
} as const satisfies Record<Permission, readonly Role[]>;

/** One of `allowed` would do. */
export type RoleNotAllowed = Readonly<{ kind: 'RoleNotAllowed'; allowed: readonly Role[] }>;

/** Any one of an approver's roles is enough. What a policy or a payment's history forbids on top is not asked here. */
export function permitted(approver: Approver, permission: Permission): Result<Approver, RoleNotAllowed> {
  const allowed: readonly Role[] = ALLOWED[permission];
  return hasRole(approver, allowed) ? ok(approver) : err({ kind: 'RoleNotAllowed', allowed });
}

/** True for those who may see every vendor's payments; others see a vendor's own, if they have one. */
export const seesAll = (approver: Approver): boolean => hasRole(approver, ['dispatcher', 'admin', 'system']);

export const hasRole = ({ roles }: Pick<Approver, 'roles'>, among: readonly Role[]): boolean =>
  roles.some((role) => among.includes(role));
