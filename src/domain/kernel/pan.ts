/**
 * True for text that holds what may be a card number: 13–19 digits that pass the Luhn check, unbroken or as whole groups
 * of digits with one space or dash between them. Long hexadecimal tokens (UUIDs, hashes, our own ids) are not looked into:
 * by chance one in two hundred of them would pass for a card.
 */
export function findsPan(text: string): boolean {
  const plain = isAscii(text) ? text : text.normalize('NFKC');
  for (const [chain] of plain.replace(HEX_TOKENS, '#').matchAll(DIGIT_CHAINS)) {
    const groups = chain.split(/[ -]/);
    for (let first = 0; first < groups.length; first++) if (startsPan(groups, first)) return true;
  }
  return false;
}

/** Tokens of 32 and more hexadecimal digits with letters among them, and UUIDs in their dashed form. */
const HEX_TOKENS =
  /(?<![0-9a-z])(?:(?=[0-9]*[a-f])[0-9a-f]{32,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![0-9a-z])/gi;

const DIGIT_CHAINS = /[0-9]+(?:[ -][0-9]+)*/g;

const SHORTEST_PAN = 13;
const LONGEST_PAN = 19;

/** Whether a run of whole groups from `first` on is a card number. */
function startsPan(groups: readonly string[], first: number): boolean {
  let digits = '';
  for (let next = first; next < groups.length && digits.length < LONGEST_PAN; next++) {
    digits += groups[next];
    if (digits.length > LONGEST_PAN) return false;
    if (digits.length >= SHORTEST_PAN && passesLuhn(digits)) return true;
  }
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 1; place <= digits.length; place++) {
    const digit = Number(digits[digits.length - place]);
    sum += place % 2 === 1 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}
