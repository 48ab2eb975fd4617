/**
 * Whether a field of this name would hold the security code of a card: CVV, CVC and their like, alone or after words such as
 * `card`, in any spelling of compound names, with or without accents. A name that says how a check of the code ended (`cvc_check`) is none.
 */
export const namesSecurityCode = (name: string): boolean =>
  SECURITY_CODE.test(
    name
      // Only the end decides, and a bounded piece of text is normalised in bounded time.
      .slice(-LONGEST)
      .normalize('NFKD')
      .replace(/[\p{DI}\p{M}]/gu, '')
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, ''),
  );

const LONGEST = 64;

/**
 * The networks' names for it, and two that gateways have: CV2, and `verification_value` without the card. CVV, CVC and CVN
 * stand for nothing else, also spelt letter by letter (`c-v-v`); CVD, CVE, CVP, CAV, CSC and CID do, without the word card or
 * the 2 of printed codes. Behind each of them may stand a place in a list (`cvv[0]`).
 */
const SECURITY_CODE =
  /(?:^|_)(?:(?:card_?)?[di]?c_?v_?[vcn](?:_?[0-9])?|(?:c_?v_?d|c_?v_?e|c_?v_?p|c_?a_?v|c_?v)_?2|card_?(?:cvd|cve|cvp|cav|csc|cid)_?2?|(?:card_?)?security_?code|card_?(?:verification|validation)_?(?:value|code|number)|verification_?value)(?:_?(?:code|number|value|no|num))?(?:_[0-9]{1,3})?$/;
