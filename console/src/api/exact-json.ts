/** A number of the API: one that a `number` would round is a `bigint`. */
export type Whole = number | bigint;

type Source = Readonly<{ source?: string }>;

const exactly = (_key: string, value: unknown, context?: Source): unknown => {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const { source } = context ?? {};
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
};

/** JSON as it was written, with integers beyond 2^53 whole. */
export const parseExact = (text: string): unknown => JSON.parse(text, exactly);

type WithRaw = { rawJSON?: (text: string) => unknown };

const raw = (value: bigint): unknown => (JSON as WithRaw).rawJSON?.(`${value}`) ?? `${value}`;

/** The same value as text for people, integers beyond 2^53 whole. */
export const printExact = (value: unknown): string =>
  JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? raw(each) : each), 2);
