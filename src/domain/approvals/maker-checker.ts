import { err, ok, type Result } from 'neverthrow';
import { areOnePerson, comparedAs, identitiesOf, idsIn } from '../kernel/identity.ts';
import { present } from '../kernel/present.ts';
import type { Approval } from './approval.ts';
import type { VendorId } from './ids.ts';
import type { Known } from './vendor-payment.ts';

/** What tells one person from another, and whose vendor the person is. An `Approver` is one. */
export type Person = Readonly<{ identities: readonly string[]; vendorId?: VendorId }>;

/** Two who have one identity in common, however it is spelt, are one person. Two people of one vendor are two. */
export const isSamePerson = (one: Person, other: Person): boolean =>
  areOnePerson(one.identities, other.identities);

/** Who gave an approval: by its subject alone where nothing else was kept. */
export const approverIn = ({ by, identities = [], vendorId }: Approval): Person => ({
  identities: [...new Set([...identitiesOf({ subject: by }), ...identities])],
  ...present({ vendorId }),
});

/** The payment is to this person or for this person, in whatever role. */
export const isParty = (payment: Pick<Known, 'vendorId' | 'payerId'>, person: Person): boolean =>
  meet(partiesOf(payment), knownBy(person));

/** The payment pays the one who asks. */
export type PartyNotAllowed = Readonly<{ kind: 'PartyNotAllowed' }>;

/**
 * Who is paid neither changes, rejects nor processes the payment, nor reads its log: what becomes of one's own money others
 * decide. Approving is refused as a `SelfApproval`. To ask for a payment to oneself is open, as all decide of it then.
 */
export const byAnother = (
  payment: Pick<Known, 'vendorId' | 'payerId'>,
  person: Person,
): Result<undefined, PartyNotAllowed> =>
  isParty(payment, person) ? err({ kind: 'PartyNotAllowed' }) : ok(undefined);

/** True for makers of the payment and for its parties: none of them approves it. */
export const isBarred = (payment: Barring, person: Person): boolean =>
  meet(barredFrom(payment), knownBy(person));

type Barring = Pick<Known, 'makers' | 'makerIdentities' | 'vendorId' | 'payerId'>;

/**
 * Everything by which one who may not approve the payment is known: its makers' identities as they are compared, and its
 * vendor and payer. Makers of whom the subject alone was kept are known by that.
 */
export const barredFrom = (payment: Barring): readonly string[] => [
  ...new Set([...comparedAs(makersOf(payment)), ...partiesOf(payment)]),
];

/** The same as the version before this one kept it, which stored payments may still have. */
export const barredBefore = (payment: Barring): readonly string[] => [
  ...new Set([...makersOf(payment), ...partiesOf(payment).filter((known) => !known.startsWith('id:'))]),
];

/** What is held against `barredFrom`. */
export const knownBy = ({ identities, vendorId }: Person): readonly string[] => [
  ...comparedAs(identities),
  ...new Set(idsIn(identities).map((id) => `id:${id}`)),
  ...(vendorId === undefined ? [] : [`vendor:${vendorId}`]),
];

const makersOf = ({ makers, makerIdentities = [] }: Barring): readonly string[] => [
  ...makers.flatMap((subject) => identitiesOf({ subject })),
  ...makerIdentities,
];

/** A payee is known by the vendor's id of a token, and by its id in any claim; the version before knew whole claims alone. */
const partiesOf = ({ vendorId, payerId }: Pick<Barring, 'vendorId' | 'payerId'>): readonly string[] =>
  [vendorId, ...(payerId === undefined ? [] : [payerId])].flatMap((party) => [
    `vendor:${party}`,
    `sub:${party}`,
    `person:${party}`,
    `id:${party}`,
  ]);

const meet = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((each) => others.includes(each));
