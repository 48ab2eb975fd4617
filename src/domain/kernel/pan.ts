import { isIssuedNumber, LONGEST_PAN, SHORTEST_PAN } from './card-issuers.ts';
import { foldedDigits } from './folded-digits.ts';

/**
 * True for text that holds what may be a card number: digits of any script that some network issues (`isIssuedNumber`),
 * unbroken or in whole groups with up to three separators or invisible characters between them, and not inside a longer
 * word. UUIDs, IBANs, IMEIs, coordinates, article numbers and telephone numbers in international form are not looked into:
 * by chance some of them would pass. Reads the text a fixed number of times, whatever is in it.
 */
export function findsPan(text: string): boolean {
  if (!hasDigitsEnough(text)) return false;
  const plain = withoutOtherNumbers(foldedDigits(text));
  let chain: Group[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const { 0: digits, index } of plain.matchAll(DIGITS)) {
    if (index - end > MOST_BETWEEN || LETTER.test(plain.slice(end, index))) chain = [];
    end = index + digits.length;
    chain.push({ digits, before: plain.charAt(index - 1) });
    if (chain.length > LONGEST_PAN) chain.shift();
    if (!LETTER.test(plain.charAt(end)) && endsPan(chain)) return true;
  }
  return false;
}

/** Digits without anything between them, and the character before them. */
type Group = Readonly<{ digits: string; before: string }>;

const DIGITS = /[0-9]+/g;
const LETTER = /[A-Za-z]/;
const MOST_BETWEEN = 3;

/** Every character beyond ASCII may be a digit. */
function hasDigitsEnough(text: string): boolean {
  let count = 0;
  for (let index = 0; index < text.length && count < SHORTEST_PAN; index++) {
    const code = text.charCodeAt(index);
    if (code > 127 || (code >= 48 && code <= 57)) count++;
  }
  return count === SHORTEST_PAN;
}

/** Whether the last groups of a chain are a card number. */
function endsPan(chain: readonly Group[]): boolean {
  let digits = '';
  for (const [at, { digits: group, before }] of [...chain.entries()].reverse()) {
    digits = group + digits;
    if (digits.length > LONGEST_PAN) return false;
    const isOther = digits.length === SHORTEST_PAN && (at > 0 || before === '+' || isArticleNumber(digits));
    if (!LETTER.test(before) && !isOther && isIssuedNumber(digits)) return true;
  }
  return false;
}

/**
 * By the check digit of GTIN-13, which is another than a card's. Thirteen digits are rare on cards and common elsewhere: as
 * article numbers, as telephone numbers after their plus, as the end of an IMEI.
 */
function isArticleNumber(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++)
    sum += Number(digits[place]) * (place % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

const UUIDS = /(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])/gi;

/** A latitude and a longitude, as maps write them. */
const COORDINATES = /(?<![0-9.])-?[0-9]{1,2}\.[0-9]{4,12}(?:, ?|; ?| )-?[0-9]{1,3}\.[0-9]{4,12}(?![0-9.])/g;

/** As they are printed; unbroken, no issuer's prefix and length meet. */
const IMEIS = /(?<![0-9])[0-9]{2}-[0-9]{6}-[0-9]{6}-[0-9](?![0-9])/g;

const IBANS = /(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?![0-9A-Za-z])/g;

/** The text with a letter in the place of each number that is known to be another. */
const withoutOtherNumbers = (plain: string): string =>
  plain
    .replace(UUIDS, 'x')
    .replace(COORDINATES, 'x')
    .replace(IMEIS, 'x')
    .replace(IBANS, (text) => (isIban(text.replaceAll(' ', '')) ? 'x' : text));

/** ISO 13616: the rest by 97, letters from 10 on, the first four characters at the end. */
function isIban(text: string): boolean {
  const digits = Array.from(text.slice(4) + text.slice(0, 4), (character) => Number.parseInt(character, 36));
  return BigInt(digits.join('')) % 97n === 1n;
}
