/**
 * Whether a field of this name would hold the security code of a card: CVV, CVC and their like, alone or after words such as
 * `card`, in any spelling of compound names. A name that says how a check of the code ended (`cvc_check`) is none.
 */
export const namesSecurityCode = (name: string): boolean =>
  SECURITY_CODE.test(
    name
      // Only the end decides, and a bounded piece of text is normalised in bounded time.
      .slice(-LONGEST)
      .normalize('NFKC')
      .replace(/[\p{DI}\p{M}]/gu, '')
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, ''),
  );

const LONGEST = 64;

/**
 * The networks' names for it. CVV, CVC and CVN stand for nothing else; CVD, CVE, CVP, CAV, CSC and CID do, without the word
 * card or the 2 of printed codes.
 */
const SECURITY_CODE =
  /(?:^|_)(?:(?:card_?)?(?:cvv|cvc|cvn)_?[12]?|(?:cvd|cve|cvp|cav)_?2|card_?(?:cvd|cve|cvp|cav|csc|cid)_?2?|(?:card_?)?security_?code|card_?(?:verification|validation)_?(?:value|code|number))(?:_?(?:code|number|value|no|num))?$/;
