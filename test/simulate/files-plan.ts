import fc from 'fast-check';

/** What is wrong with the rows about one transaction. */
export const ROW_FAULTS = [
  'none',
  'not named',
  'doubled',
  'missing here',
  'foreign',
  'amount',
  'fee',
  'currency',
  'unreadable',
] as const;
export type RowFault = (typeof ROW_FAULTS)[number];

export const ACTIONS = ['accept_difference', 'ignore', 'expect_later', 'link'] as const;
export type ExceptionAction = (typeof ACTIONS)[number];

/** Rows with ids of their own. */
export const SIMULATED_SOURCES = ['payments', 'ledger_entries'] as const;
export type SimulatedSource = (typeof SIMULATED_SOURCES)[number];

/** What a merchant's bookkeeper asks for. */
export type BookkeepingRequest =
  /** The processor's file of what it took by then, for the other merchant where it took nothing for this one: a fault for each transaction in turn, and so many lines of fees. */
  | Readonly<{ type: 'file'; merchant: 0 | 1; faults: readonly RowFault[]; fees: number }>
  /** The rows of an earlier file as other bytes; `of` counts the files. */
  | Readonly<{ type: 'file_again'; of: number }>
  /** `of` counts the exceptions that there are. */
  | Readonly<{ type: 'resolve'; of: number; action: ExceptionAction }>
  | Readonly<{ type: 'export'; merchant: 0 | 1; source: SimulatedSource }>
  /** `of` counts the exports that there are. */
  | Readonly<{ type: 'cancel_export'; of: number }>;

const rowFault = fc.oneof(
  { weight: 1, arbitrary: fc.constant('none' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...ROW_FAULTS) },
);

export const sentFiles: fc.Arbitrary<BookkeepingRequest> = fc.record({
  type: fc.constant('file'),
  merchant: fc.constantFrom(0, 1),
  faults: fc.array(rowFault, { minLength: 1, maxLength: 4 }),
  fees: fc.nat(2),
});

export const bookkeepingRequests: fc.Arbitrary<BookkeepingRequest> = fc.oneof(
  { weight: 2, arbitrary: sentFiles },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('file_again'), of: fc.nat(1) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('resolve'),
      of: fc.nat(3),
      action: fc.oneof(
        fc.constantFrom('accept_difference' as const, 'link' as const),
        fc.constantFrom(...ACTIONS),
      ),
    }),
  },
);

export const exportRequests: fc.Arbitrary<BookkeepingRequest> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('export'),
      merchant: fc.constantFrom(0, 1),
      source: fc.constantFrom(...SIMULATED_SOURCES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel_export'), of: fc.nat(3) }) },
);
