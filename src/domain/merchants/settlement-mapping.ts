/** What a row of a settlement file is about. */
export const ROW_TYPES = [
  'payment',
  'refund',
  'chargeback',
  'chargeback_reversal',
  'fee',
  'adjustment',
  'payout',
] as const;
export type RowType = (typeof ROW_TYPES)[number];

/** How days are written; a time of day behind one is left out, and no time zone is converted. */
export const DAY_FORMS = [
  'YYYY-MM-DD',
  'YYYY/MM/DD',
  'YYYYMMDD',
  'DD-MM-YYYY',
  'DD/MM/YYYY',
  'DD.MM.YYYY',
  'MM-DD-YYYY',
  'MM/DD/YYYY',
] as const;
export type DayForm = (typeof DAY_FORMS)[number];

/** How amounts are written. Without `thousands` a separator of thousands makes a cell no amount. */
export type AmountForm = Readonly<{
  unit: 'minor' | 'decimal';
  /** `.` where it is not named. */
  decimal?: '.' | ',';
  thousands?: ',' | '.' | ' ' | "'";
  /**
   * Every amount is what it adds to the merchant's balance: below zero for refunds, chargebacks, fees and payouts. Else those are
   * above zero, and below it only a fee that was given back, a payout that came back, and an adjustment that takes money.
   */
  signed?: boolean;
}>;

/** The names of the columns that a file has. A fee is the sum of its columns. */
export type MappedColumns = Readonly<{
  type?: string;
  status?: string;
  payment_id?: string;
  transaction_id?: string;
  processor_reference?: string;
  amount: string;
  fees?: readonly string[];
  currency?: string;
  settlement_date: string;
  reference?: string;
  payout_id?: string;
  bank_reference?: string;
}>;

/**
 * What the columns and words of one kind of settlement file mean. It is stored, audited and published as it was written, and
 * a reconciliation keeps the one that its file is read with.
 */
export type SettlementMapping = Readonly<{
  /** `,` where it is not named. */
  delimiter?: ',' | ';' | '\t';
  /** Records above the header. */
  records_before_header?: number;
  columns: MappedColumns;
  /** Of every row, where no column says it. */
  fixed?: Readonly<{ type?: RowType; currency?: string }>;
  types?: Readonly<{ [word: string]: RowType }>;
  /** Without a column for it, every row is settled. */
  statuses?: Readonly<{ [word: string]: 'settled' | 'failed' }>;
  amounts: AmountForm;
  dates: DayForm;
  /** Rows that are none, such as totals: those whose cell of a column is this text. */
  skip?: readonly Readonly<{ column: string; equals: string }>[];
}>;

/** A merchant's mappings by the name that requests choose them by. */
export type SettlementMappings = Readonly<{ [name: string]: SettlementMapping }>;

/** What names a mapping; nothing that could be the path of a file. */
export const MAPPING_NAME = /^[a-z0-9_-]{1,64}$/;
