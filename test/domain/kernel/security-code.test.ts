import { describe, expect, it } from 'vitest';
import { namesSecurityCode } from '../../../src/domain/kernel/security-code.ts';

describe('the name of a card’s security code', () => {
  it.each([
    'cvv',
    'CVC',
    'cvv2',
    'CVC2',
    'cvn',
    ' cvv ',
    'cardCvv',
    'card_cvc',
    'card-cvv-2',
    'paymentCVV',
    'cvvCode',
    'cvv_number',
    'CVVNO',
    'ｃｖｖ',
    'c\u200bv\u200bv',
    'secu\u200brity_code',
    'sécurity_code',
    'çvč',
    'secur\u0336ity\u00ad_code',
    'CAV2',
    'cvd2',
    'card_cid',
    'cardCsc',
    'security_code',
    'cardSecurityCode',
    'card verification value',
    'c-v-v',
    'c.v.c',
    'C V V 2',
    'cVv',
    'CvC',
    'iCVV',
    'dcvc3',
    'CV2',
    'card_cv2',
    'verification_value',
    'cvv[0]',
    'card[cvc][12]',
    'cvv2_code.1',
    'cardValidationCode',
    `${'x'.repeat(100_000)}_cvv`,
  ])('is known as %j', (name) => {
    expect(namesSecurityCode(name)).toBe(true);
  });

  it.each([
    '',
    'cvc_check',
    'cvv_result',
    'cvvMatched',
    'cve',
    'cid',
    'csc',
    'acvcx',
    'verification_code',
    'code',
    'card',
    'security_codes_seen',
    'cv',
    'cv_1',
    'AVSCV2',
    'gift_card_code',
    'c_vitamin',
    'cvv_2026',
    'civic',
  ])('is not %j', (name) => {
    expect(namesSecurityCode(name)).toBe(false);
  });
});
