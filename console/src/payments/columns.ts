export const COLUMNS = [
  'Status',
  'Failure',
  'Method',
  'Customer',
  'Description',
  'Key',
  'Captured',
  'Created',
] as const;

export type Column = (typeof COLUMNS)[number];

const AT_FIRST: readonly Column[] = ['Status', 'Method', 'Customer', 'Key', 'Created'];

/** The columns that were chosen, in the order of the table; those there are at first where none were. */
export const columnsIn = (value: unknown): readonly Column[] =>
  Array.isArray(value) ? COLUMNS.filter((name) => value.includes(name)) : AT_FIRST;
