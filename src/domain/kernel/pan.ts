import { Result } from 'neverthrow';
import { isIssuedNumber, LONGEST_PAN, SHORTEST_PAN } from './card-issuers.ts';
import { foldedDigits } from './folded-digits.ts';

/**
 * True for text that holds what may be a card number: digits of any script that some network issues (`isIssuedNumber`),
 * unbroken or in whole groups with up to three separators or invisible characters between them, and not inside a longer
 * word; in the text as it is, and as it reads once percent-encoding is undone. UUIDs, IBANs, IMEIs, coordinates, article numbers and telephone numbers in international form are not looked into:
 * by chance some of them would pass. Reads the text a fixed number of times, whatever is in it.
 */
export const findsPan = (text: string): boolean =>
  holdsPan(text) || (text.includes('%') && holdsPan(percentDecoded(text)));

function holdsPan(text: string): boolean {
  if (!hasDigitsEnough(text)) return false;
  const plain = withoutOtherNumbers(foldedDigits(text));
  let run: Run = { digits: [], starts: [] };
  let end = Number.NEGATIVE_INFINITY;
  for (const { 0: group, index } of plain.matchAll(DIGITS)) {
    if (index - end > MOST_BETWEEN || hasLetter(plain, end, index)) run = { digits: [], starts: [] };
    end = index + group.length;
    extend(run, group, plain.charAt(index - 1));
    if (!hasLetter(plain, end, end + 1) && endsPan(run)) return true;
  }
  return false;
}

/** What is no UTF-8 stays as it is. */
const percentDecoded = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => decoded(run).unwrapOr(run));

const decoded = Result.fromThrowable(decodeURIComponent);

/**
 * The last digits of groups with little between them. `starts` has the character before each group at the place of the
 * group's first digit, where that may be the first of a card number, and nothing at the others.
 */
type Run = Readonly<{ digits: number[]; starts: (string | undefined)[] }>;

const DIGITS = /[0-9]+/g;
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

function hasLetter(plain: string, from: number, to: number): boolean {
  for (let index = Math.max(from, 0); index < to; index++) {
    const lower = plain.charCodeAt(index) | 32;
    if (lower >= 97 && lower <= 122) return true;
  }
  return false;
}

/** Takes a group into a run, which keeps one digit more than a card number has. */
function extend({ digits, starts }: Run, group: string, before: string): void {
  for (let at = Math.max(0, group.length - LONGEST_PAN - 1); at < group.length; at++) {
    digits.push(group.charCodeAt(at) - 48);
    starts.push(at === 0 && !hasLetter(before, 0, 1) ? before : undefined);
  }
  const surplus = digits.length - LONGEST_PAN - 1;
  if (surplus > 0) {
    digits.splice(0, surplus);
    starts.splice(0, surplus);
  }
}

/** Whether a card number begins with one of the groups and ends with the last. */
function endsPan({ digits, starts }: Run): boolean {
  const longest = Math.max(0, digits.length - LONGEST_PAN);
  for (let first = longest; first <= digits.length - SHORTEST_PAN; first++) {
    const before = starts[first];
    if (before === undefined) continue;
    const isShortest = digits.length - first === SHORTEST_PAN;
    if (isShortest && (first > 0 || before === '+' || isArticleNumber(digits))) continue;
    if (isIssuedNumber(digits, first)) return true;
  }
  return false;
}

/**
 * By the check digit of GTIN-13, which is another than a card's. Thirteen digits are rare on cards and common elsewhere: as
 * article numbers, as telephone numbers after their plus, as the end of an IMEI.
 */
const isArticleNumber = (digits: readonly number[]): boolean =>
  digits.reduce((sum, digit, place) => sum + digit * (place % 2 === 0 ? 1 : 3), 0) % 10 === 0;

/** How track 1 of a magnetic stripe begins (ISO/IEC 7813): its letter is no part of a word. */
const TRACK_1 = /%B(?=[0-9])/gi;

const UUIDS = /(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])/gi;

/** A latitude and a longitude, as maps write them. */
const COORDINATES = /(?<![0-9.])-?[0-9]{1,2}\.[0-9]{4,12}(?:, ?|; ?| )-?[0-9]{1,3}\.[0-9]{4,12}(?![0-9.])/g;

/** As they are printed; unbroken, no issuer's prefix and length meet. */
const IMEIS = /(?<![0-9])[0-9]{2}-[0-9]{6}-[0-9]{6}-[0-9](?![0-9])/g;

const IBANS = /(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?![0-9A-Za-z])/g;

/** The text with a letter in the place of each number that is known to be another. */
const withoutOtherNumbers = (plain: string): string =>
  plain
    .replace(TRACK_1, '%')
    .replace(UUIDS, 'x')
    .replace(COORDINATES, 'x')
    .replace(IMEIS, 'x')
    .replace(IBANS, (text) => (isIban(text.replaceAll(' ', '')) ? 'x' : text));

/** ISO 13616: the rest by 97, letters from 10 on, the first four characters at the end. */
function isIban(text: string): boolean {
  const digits = Array.from(text.slice(4) + text.slice(0, 4), (character) => Number.parseInt(character, 36));
  return BigInt(digits.join('')) % 97n === 1n;
}
