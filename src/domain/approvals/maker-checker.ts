import { present } from '../kernel/present.ts';
import type { Approval } from './approval.ts';
import { identitiesOf } from './identity.ts';
import type { VendorId } from './ids.ts';
import type { Known } from './vendor-payment.ts';

/** What tells one person from another, and whose vendor the person is. An `Approver` is one. */
export type Person = Readonly<{ identities: readonly string[]; vendorId?: VendorId }>;

/** Two who have one identity in common are one person. Two people of one vendor are two. */
export const isSamePerson = (one: Person, other: Person): boolean => meet(one.identities, other.identities);

/** Who gave an approval: by its subject alone where nothing else was kept. */
export const approverIn = ({ by, identities = [], vendorId }: Approval): Person => ({
  identities: [...new Set([...identitiesOf({ subject: by }), ...identities])],
  ...present({ vendorId }),
});

/** The payment is to this person or for this person, in whatever role. */
export const isParty = (payment: Pick<Known, 'vendorId' | 'payerId'>, person: Person): boolean =>
  meet(partiesOf(payment), knownBy(person));

/** True for makers of the payment and for its parties: none of them approves it. */
export const isBarred = (payment: Barring, person: Person): boolean =>
  meet(barredFrom(payment), knownBy(person));

type Barring = Pick<Known, 'makers' | 'makerIdentities' | 'vendorId' | 'payerId'>;

/**
 * Everything by which one who may not approve the payment is known: its makers' identities, and its vendor and payer as a
 * vendor's id, a subject or the person claim. Makers of whom the subject alone was kept are known by that.
 */
export const barredFrom = (payment: Barring): readonly string[] => [
  ...new Set([
    ...payment.makers.flatMap((subject) => identitiesOf({ subject })),
    ...(payment.makerIdentities ?? []),
    ...partiesOf(payment),
  ]),
];

/** What is held against `barredFrom`. */
export const knownBy = ({ identities, vendorId }: Person): readonly string[] => [
  ...identities,
  ...(vendorId === undefined ? [] : [`vendor:${vendorId}`]),
];

const partiesOf = ({ vendorId, payerId }: Pick<Barring, 'vendorId' | 'payerId'>): readonly string[] =>
  [vendorId, ...(payerId === undefined ? [] : [payerId])].flatMap((party) => [
    `vendor:${party}`,
    `sub:${party}`,
    `person:${party}`,
  ]);

const meet = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((each) => others.includes(each));
