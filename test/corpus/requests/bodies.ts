/** An order of 12.50 dollars by card, `rest` laid over it. */
export const card = (rest: Readonly<Record<string, unknown>> = {}) => ({
  amount: 1250,
  currency: 'USD',
  payment_method: 'card',
  ...rest,
});

/** Text of so many characters that is no number of a card. */
export const long = (length: number): string => 'x'.repeat(length);

/** A UUID that the placeholders leave alone. */
export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** As `uuid`, for ids with a prefix; none of them exists. */
export const absent = (prefix: string): string => `${prefix}_${'0'.repeat(31)}1`;

/** A test number of a card network, which passes every check of one. */
export const PAN = '4242 4242 4242 4242';
