/**
 * Text in ASCII, one character for each code point: digits of every script as 0 to 9, letters as letters, dashes as `-`,
 * and whatever else is no ASCII, invisible characters among it, as spaces. Looks at one code point at a time, so its cost
 * follows the length of the text and nothing else.
 */
export function foldedDigits(text: string): string {
  if (isAscii(text)) return text;
  let plain = '';
  for (const character of text) plain += character < '\u0080' ? character : asciiOf(character);
  return plain;
}

function asciiOf(character: string): string {
  if (INVISIBLE.test(character)) return ' ';
  if (DIGIT.test(character)) return valueOf(character);
  // Circled, raised, lowered and bracketed digits; what stands for more than one digit is part of no number here.
  if (NUMBER.test(character))
    return ONE_DIGIT.exec(character.normalize('NFKC'))?.[1] ?? otherDigit(character.codePointAt(0) ?? 0);
  if (LETTER.test(character)) return 'x';
  return DASH.test(character) ? '-' : ' ';
}

const INVISIBLE = /^\p{DI}/u;
const DIGIT = /^\p{Nd}/u;
const NUMBER = /^\p{N}/u;
const LETTER = /^\p{L}/u;
const DASH = /^\p{Pd}/u;
const ONE_DIGIT = /^[^0-9]?([0-9])[^0-9]?$/;

/**
 * The other characters whose `Numeric_Type` is `Digit` in Unicode 17, and the two circled zeros: digits of scripts without a
 * zero, circled digits that no ASCII digit stands for. The first and the last of each run, and what the first is worth.
 */
const OTHER_DIGITS: readonly (readonly [first: number, last: number, value: number])[] = [
  [0x1369, 0x1371, 1],
  [0x19da, 0x19da, 1],
  [0x24f5, 0x24fd, 1],
  [0x24ff, 0x24ff, 0],
  [0x2776, 0x277e, 1],
  [0x2780, 0x2788, 1],
  [0x278a, 0x2792, 1],
  [0x10a40, 0x10a43, 1],
  [0x10e60, 0x10e68, 1],
  [0x11052, 0x1105a, 1],
  [0x1f10b, 0x1f10c, 0],
];

function otherDigit(code: number): string {
  const run = OTHER_DIGITS.find(([first, last]) => first <= code && code <= last);
  if (run === undefined) return 'x';
  const [first, , value] = run;
  return value === 0 ? '0' : String(code - first + value);
}

/** Unicode lists the digits of a script in order from zero, and one list after another where two touch. */
function valueOf(digit: string): string {
  const known = VALUES.get(digit);
  if (known !== undefined) return known;
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first--;
  const value = String((code - first) % 10);
  VALUES.set(digit, value);
  return value;
}

/** Of the digits that were met, a thousand at most. */
const VALUES = new Map<string, string>();

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}
