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
  if (NUMBER.test(character)) return ONE_DIGIT.exec(character.normalize('NFKC'))?.[1] ?? 'x';
  if (LETTER.test(character)) return 'x';
  return DASH.test(character) ? '-' : ' ';
}

const INVISIBLE = /^\p{DI}/u;
const DIGIT = /^\p{Nd}/u;
const NUMBER = /^\p{N}/u;
const LETTER = /^\p{L}/u;
const DASH = /^\p{Pd}/u;
const ONE_DIGIT = /^[^0-9]?([0-9])[^0-9]?$/;

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
