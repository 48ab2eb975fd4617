import fc from 'fast-check';

/** What an issuer says of a dispute after it has opened it. What it has decided stands. */
export const DECISIONS = ['under_review', 'won', 'lost'] as const;
export type Decision = (typeof DECISIONS)[number];

/** What happens to a dispute at the processor, which sends a notification of it. `of` counts those to which it can happen. */
export type DisputeTurn =
  /** The cardholder disputes what is not refunded, or a part of that. */
  | Readonly<{ type: 'opened'; of: number; isPartial: boolean }>
  | Readonly<{ type: 'decided'; of: number; as: Decision }>;

const of = fc.nat(2);

export const disputeTurns: fc.Arbitrary<DisputeTurn> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant('opened'), of, isPartial: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('decided'), of, as: fc.constantFrom(...DECISIONS) }),
  },
);
