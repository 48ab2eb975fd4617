import { describe, expect, it } from 'vitest';
import type { CurrencyCode } from '../../../src/domain/kernel/currency.ts';
import { isMeantIn, searchTerms } from '../../../src/domain/payments/search-terms.ts';

const means = (text: string, minorUnits: number, currency: CurrencyCode): boolean =>
  searchTerms(text).amounts.some(
    (term) => term.minorUnits === BigInt(minorUnits) && isMeantIn(term, currency),
  );

describe('a text in the search box', () => {
  it.each([
    ['1999', 1_999, 'USD'],
    ['1999', 1_999, 'JPY'],
    ['19.99', 1_999, 'USD'],
    ['19.99', 19_990, 'KWD'],
    ['19.9', 1_990, 'EUR'],
    ['19.99 USD', 1_999, 'USD'],
    ['usd19.99', 1_999, 'USD'],
    ['1999 JPY', 1_999, 'JPY'],
    ['20 EUR', 2_000, 'EUR'],
    ['0.001 BHD', 1, 'BHD'],
    ['999999999999.99', 99_999_999_999_999, 'USD'],
  ] as const)('reads %s as %i minor units of %s', (text, minorUnits, currency) => {
    expect(means(text, minorUnits, currency)).toBe(true);
    expect(means(text, minorUnits + 1, currency)).toBe(false);
  });

  it.each([
    ['19.99', 1_999, 'JPY'],
    ['19.99', 19, 'JPY'],
    ['19.99 USD', 1_999, 'EUR'],
    ['19.999 USD', 1_999, 'USD'],
    ['1999', 199_900, 'USD'],
  ] as const)('does not read %s as %i minor units of %s', (text, minorUnits, currency) => {
    expect(means(text, minorUnits, currency)).toBe(false);
  });

  it.each(['19,99', '19.', '.99', '1.2.3', '-5', '19.99 XYZ', '1e3', '1999 USD EUR', '1'.repeat(16), 'USD'])(
    'takes %s for no amount',
    (text) => expect(searchTerms(text).amounts).toEqual([]),
  );

  it('reads an id as nothing else, and an email as no key', () => {
    const id = `pay_${'0'.repeat(32)}`;
    expect(searchTerms(id)).toEqual({ id: { prefix: 'pay', text: id }, pairs: [], amounts: [] });
    expect(searchTerms('ada@example.com')).toEqual({ email: 'ada@example.com', pairs: [], amounts: [] });
    expect(searchTerms(`pay_${'0'.repeat(31)}`).id).toBeUndefined();
  });

  it('reads a pair as it is written, and a value alone as that of an order', () => {
    expect(searchTerms('shop=a=b@c').pairs).toEqual([{ name: 'shop', value: 'a=b@c' }]);
    expect(searchTerms('10 01').pairs).toEqual([
      { name: 'order', value: '10 01' },
      { name: 'order_id', value: '10 01' },
    ]);
    expect(searchTerms('10 01').key).toBeUndefined();
    expect(searchTerms('x'.repeat(501)).pairs).toEqual([]);
  });
});
