/** Some whole number of a JSON text is not the one that `JSON.parse` makes of it: amounts and balances are exact to the last digit. */
export function holdsInexact(text: string): boolean {
  // Few answers have so many digits on end.
  return /\d{16}/.test(text) && isInexact(JSON.parse(text));
}

function isInexact(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(isInexact);
}
