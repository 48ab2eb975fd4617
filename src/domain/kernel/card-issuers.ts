/** The first six digits from and to which, and the lengths that are issued under them. */
type IssuerRange = readonly [first: number, last: number, ...lengths: number[]];

/**
 * Issuer identification numbers (ISO/IEC 7812-1) and the lengths issued under them, as the networks publish them, collected
 * from Wikipedia’s “Payment card number” and Braintree’s credit-card-type 10.1. Lengths beyond 16 that a network reserves
 * and under which no card is known (Diners Club, JCB, Mir; 18 digits of UnionPay) are left out, and so are the 15 digits of
 * Maestro, the prefix 1 of UATP and the retired 1800 and 2131 of JCB: times in microseconds, snowflakes and IMEIs look like
 * them.
 */
const ISSUERS: readonly IssuerRange[] = [
  /* Mir */ [220000, 220499, 16],
  /* Mastercard */ [222100, 272099, 16],
  /* Diners Club */ [300000, 305999, 14, 16],
  /* Diners Club */ [309500, 309599, 14, 16],
  /* American Express */ [340000, 349999, 15],
  /* JCB and LankaPay */ [352800, 358999, 16],
  /* Diners Club */ [360000, 369999, 14, 16],
  /* American Express */ [370000, 379999, 15],
  /* Diners Club */ [380000, 399999, 14, 16],
  /* Visa, Elo and Dankort among it */ [400000, 499999, 13, 16, 19],
  /* Maestro */ [501800, 501899, 13, 14, 16, 17, 18, 19],
  /* Dankort */ [501900, 501999, 16],
  /* Maestro */ [502000, 502099, 13, 14, 16, 17, 18, 19],
  /* Maestro */ [503800, 503899, 13, 14, 16, 17, 18, 19],
  /* Elo */ [504175, 504175, 16],
  /* Verve */ [506099, 506198, 16, 18, 19],
  /* Elo */ [506699, 506778, 16],
  /* Verve */ [507865, 507964, 16, 18, 19],
  /* RuPay */ [508000, 508999, 16],
  /* Elo */ [509000, 509999, 16],
  /* Mastercard */ [510000, 559999, 16],
  /* UzCard */ [561400, 561499, 16],
  /* Maestro */ [589300, 589399, 13, 14, 16, 17, 18, 19],
  /* RuPay, Hipercard and Discover */ [600000, 609999, 16],
  /* Discover */ [601100, 601199, 19],
  /* UnionPay */ [620000, 629999, 16, 17, 19],
  /* Maestro */ [630400, 630499, 13, 14, 16, 17, 18, 19],
  /* InterPayment and Elo */ [636000, 636999, 16, 19],
  /* InstaPayment and Hiper */ [637000, 639999, 16],
  /* Discover */ [644000, 659999, 16, 19],
  /* Maestro */ [675900, 676399, 13, 14, 16, 17, 18, 19],
  /* Maestro in the United Kingdom */ [676770, 676774, 13, 14, 16, 17, 18, 19],
  /* UnionPay and RuPay */ [810000, 829999, 16, 17, 19],
  /* UzCard */ [860000, 860099, 16],
  /* Belkart */ [911200, 911299, 16],
  /* Troy */ [979200, 979299, 16],
  /* Humo */ [986000, 986099, 16],
];

export const SHORTEST_PAN = 13;
export const LONGEST_PAN = 19;

/** The ranges that begin with two digits; of the hundred beginnings, most have none. */
const BY_BEGINNING: readonly (readonly IssuerRange[])[] = Array.from({ length: 100 }, (_, beginning) =>
  ISSUERS.filter(
    ([first, last]) => Math.floor(first / 10_000) <= beginning && beginning <= Math.floor(last / 10_000),
  ),
);

/**
 * Whether the digits from `first` on are what an issuer of cards may have issued: its prefix, a length of its own, and a
 * right check digit.
 */
export function isIssuedNumber(digits: readonly number[], first = 0): boolean {
  const beginning = valueOf(digits, first, 2);
  const ranges = BY_BEGINNING[beginning] ?? [];
  if (ranges.length === 0) return false;
  const prefix = valueOf(digits, first, 6);
  const length = digits.length - first;
  return (
    ranges.some(([from, to, ...lengths]) => from <= prefix && prefix <= to && lengths.includes(length)) &&
    passesLuhn(digits, first)
  );
}

function valueOf(digits: readonly number[], first: number, count: number): number {
  let value = 0;
  for (let at = first; at < first + count; at++) value = value * 10 + (digits[at] ?? 0);
  return value;
}

function passesLuhn(digits: readonly number[], first: number): boolean {
  let sum = 0;
  for (let at = digits.length - 1; at >= first; at--) {
    const digit = digits[at] ?? 0;
    const isDoubled = (digits.length - at) % 2 === 0;
    sum += !isDoubled ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}
