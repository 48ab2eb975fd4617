import { describe, expect, it } from 'vitest';
import type { SettlementMapping } from '../../../../src/domain/merchants/settlement-mapping.ts';
import { merchant } from '../../../../src/entrypoints/http/merchants/merchant-schemas.ts';
import { mappingFile } from '../../../fixtures/settlement-files.ts';
import { aDesk, aMerchantBody } from '../../../support/merchant-desk.ts';

const ACQUIRER = mappingFile('mapped-acquirer.json');
const TABS: SettlementMapping = {
  delimiter: '\t',
  columns: { payment_id: 'reference', amount: 'amount', settlement_date: 'date' },
  fixed: { type: 'payment', currency: 'USD' },
  amounts: { unit: 'minor', signed: true },
  dates: 'YYYYMMDD',
};

describe('the settlement mappings of a merchant', () => {
  it('are kept as they were written, stand in the audit trail, and are all replaced at once', async () => {
    const { ask } = await aDesk();
    await ask('POST', '/merchants', { body: aMerchantBody({ settlement_mappings: { tabs: TABS } }) });
    const changed = await ask('PATCH', '/merchants/merchant-new', {
      body: { settlement_mappings: { acquirer: ACQUIRER } },
    });
    expect(merchant.parse(changed.json)).toMatchObject({
      settlement_mappings: { acquirer: ACQUIRER },
      version: 2,
    });
    const same = await ask('PATCH', '/merchants/merchant-new', {
      body: { settlement_mappings: { acquirer: ACQUIRER } },
    });
    expect(merchant.parse(same.json)).toMatchObject({ version: 2 });
    const renamed = await ask('PATCH', '/merchants/merchant-new', { body: { name: 'Other' } });
    expect(merchant.parse(renamed.json)).toMatchObject({ settlement_mappings: { acquirer: ACQUIRER } });
    const none = await ask('PATCH', '/merchants/merchant-new', { body: { settlement_mappings: {} } });
    expect(merchant.parse(none.json)).not.toHaveProperty('settlement_mappings');
  });

  it.each<[string, object, string]>([
    ['a name that could be the path of a file', { './a': TABS }, './a'],
    ['an unknown field', { a: { ...TABS, encoding: 'latin1' } }, 'encoding'],
    ['an unknown column', { a: { ...TABS, columns: { ...TABS.columns, net: 'Net' } } }, 'net'],
    ['no column of amounts', { a: { ...TABS, columns: { settlement_date: 'date' } } }, 'amount'],
    [
      'a type both fixed and in a column',
      { a: { ...TABS, columns: { ...TABS.columns, type: 't' } } },
      'type',
    ],
    ['neither a type nor a column of it', { a: { ...TABS, fixed: { currency: 'USD' } } }, 'type'],
    ['neither a currency nor a column of it', { a: { ...TABS, fixed: { type: 'payment' } } }, 'currency'],
    ['a column of types without words', { a: { ...ACQUIRER, types: undefined } }, 'types'],
    ['words without a column of types', { a: { ...TABS, types: { sale: 'payment' } } }, 'types'],
    ['a word of an unknown meaning', { a: { ...ACQUIRER, types: { sale: 'sold' } } }, 'sale'],
    ['a column of statuses without words', { a: { ...ACQUIRER, statuses: undefined } }, 'statuses'],
    ['decimals of minor units', { a: { ...TABS, amounts: { unit: 'minor', decimal: ',' } } }, 'decimal'],
    ['one separator for both', { a: { ...TABS, amounts: { unit: 'decimal', thousands: '.' } } }, 'thousands'],
    ['an unknown form of days', { a: { ...TABS, dates: 'D.M.YY' } }, 'dates'],
    ['an unknown delimiter', { a: { ...TABS, delimiter: '|' } }, 'delimiter'],
    [
      'a currency that there is not',
      { a: { ...TABS, fixed: { type: 'payment', currency: 'XXX' } } },
      'currency',
    ],
    ['a control character', { a: { ...TABS, columns: { ...TABS.columns, amount: 'a\u0007' } } }, 'amount'],
    ['too many words', { a: { ...ACQUIRER, types: manyWords(101) } }, 'types'],
    [
      'too many mappings',
      Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`m${index}`, TABS])),
      'settlement_mappings',
    ],
    [
      'too much in all',
      Object.fromEntries(
        ['a', 'b', 'c'].map((name) => [name, { ...ACQUIRER, types: manyWords(90, 'x'.repeat(100)) }]),
      ),
      'settlement_mappings',
    ],
  ])('are refused with %s, and the refusal names the field', async (_what, settlement_mappings, field) => {
    const { ask } = await aDesk();
    const { status, json } = await ask('POST', '/merchants', {
      body: aMerchantBody({ settlement_mappings }),
    });
    const paths = (json as { errors: readonly { path: string }[] }).errors.map(({ path }) => path);
    expect([status, paths.some((path) => path.includes(field))], paths.join()).toEqual([400, true]);
  });
});

const manyWords = (count: number, of = 'word') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${of}${index}`, 'payment']));
