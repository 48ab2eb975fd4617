import { err, ok, type Result } from 'neverthrow';
import type { VendorId } from './ids.ts';

export const ROLES = ['dispatcher', 'admin', 'vendor', 'system'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks: `id` is the token's subject. A vendor without an id of its own sees nothing. */
export type Person = Readonly<{ id: string; roles: readonly Role[]; vendorId?: VendorId }>;

export type Deed =
  | 'create'
  | 'record'
  | 'see'
  | 'list'
  | 'audit'
  | 'change'
  | 'approve'
  | 'reject'
  | 'process';

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
} as const satisfies Record<Deed, readonly Role[]>;

/** One of `allowed` would do. */
export type RoleNotAllowed = Readonly<{ kind: 'RoleNotAllowed'; allowed: readonly Role[] }>;

/** Any one of a person's roles is enough. What a policy or a payment's history forbids on top is not asked here. */
export function permitted(person: Person, deed: Deed): Result<Person, RoleNotAllowed> {
  const allowed: readonly Role[] = ALLOWED[deed];
  return hasRole(person, allowed) ? ok(person) : err({ kind: 'RoleNotAllowed', allowed });
}

/** True for those who may see every vendor's payments; others see a vendor's own, if they have one. */
export const seesAll = (person: Person): boolean => hasRole(person, ['dispatcher', 'admin', 'system']);

export const hasRole = ({ roles }: Pick<Person, 'roles'>, among: readonly Role[]): boolean =>
  roles.some((role) => among.includes(role));
