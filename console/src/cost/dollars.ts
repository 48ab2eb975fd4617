const formats = (maximumFractionDigits: number) =>
  new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits });
const CENTS = formats(2);
/** As fine as the API gives it. */
const FINE = formats(9);

/** `1,234.50 USD`. */
export const dollars = (amount: number): string => `${CENTS.format(amount)} USD`;

/** With as many places as there are: what one request costs is far below a cent. */
export const fineDollars = (amount: number): string => `${FINE.format(amount)} USD`;
