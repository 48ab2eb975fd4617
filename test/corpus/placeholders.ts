/**
 * What differs from run to run. Times are not among them, as the corpus has a clock of its own, nor are UUIDs that
 * requests themselves give: those begin with eight zeros.
 */
const RANDOM: readonly Readonly<{ pattern: RegExp; kindOf: (found: string) => string }>[] = [
  {
    pattern:
      /\b(?:pay|txn|cus|evt|aud|led|pm|trf|exp|job|rec|upl|sch|set|exc|dsp|we|whd|evr)_[0-9a-f]{32}\b/g,
    kindOf: (id) => id.slice(0, id.indexOf('_')),
  },
  // A reference of the simulators is a hash over an id.
  { pattern: /\bsim(?:pay)?_[0-9a-f]{24}\b/g, kindOf: (id) => id.slice(0, id.indexOf('_')) },
  {
    pattern: /\b(?!00000000-)[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
    kindOf: () => 'uuid',
  },
  { pattern: /(?<="changeId":")[0-9a-f]{32}(?=")/g, kindOf: () => 'change' },
  // The zeros before the first link of an audit chain stay.
  { pattern: /\b(?!0{64})[0-9a-f]{64}\b/g, kindOf: () => 'hash' },
  { pattern: /\bwhsec_[A-Za-z0-9+/]+=*/g, kindOf: () => 'secret' },
  // Nonce, text and tag in base64url, where the audit trail keeps sealed details.
  {
    pattern: /(?<="(?:email|name|phone|metadata|token|secret|previous_secret|sealed)":")[\w-]{39,}(?=")/g,
    kindOf: () => 'sealed',
  },
  { pattern: /(?<="next_?[cC]ursor":")[^"]+/g, kindOf: () => 'cursor' },
  // A link holds the key of its file, which holds an id.
  { pattern: /(?<="(?:result|upload|report|report_csv)_url":")[^"]+/g, kindOf: () => 'link' },
];

/**
 * Puts `<pay of a-refund>` in the place of the id of a payment that the response to `a-refund` was the first to show, and
 * `<pay 2 of a-refund>` of the second that it showed. One value has one placeholder in all texts, and a response that
 * shows more or less than before changes no placeholder but those of its own.
 */
export function placeholders(): (text: string, request: string) => string {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  const nameOf = (found: string, kind: string, request: string): string => {
    const name = known.get(found);
    if (name !== undefined) return name;
    const count = (counts.get(`${kind} ${request}`) ?? 0) + 1;
    counts.set(`${kind} ${request}`, count);
    const placeholder = `<${kind}${count === 1 ? '' : ` ${count}`} of ${request}>`;
    known.set(found, placeholder);
    return placeholder;
  };
  return (text, request) =>
    RANDOM.reduce(
      (replaced, { pattern, kindOf }) =>
        replaced.replaceAll(pattern, (found) => nameOf(found, kindOf(found), request)),
      text,
    );
}
