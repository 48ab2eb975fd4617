import { describe, expect, it } from 'vitest';
import { daysOf } from '../../../src/domain/files/day-text.ts';
import { DAY_FORMS, type DayForm } from '../../../src/domain/merchants/settlement-mapping.ts';

const writtenAs = (form: DayForm): string =>
  form.replace('YYYY', '2026').replace('MM', '03').replace('DD', '09');

describe('the text of a day', () => {
  it.each(DAY_FORMS)('is read in the form %s, with a time of day left out, and in no other form', (form) => {
    const read = daysOf(form);
    for (const time of ['', ' 23:59:58', 'T23:59:58Z', ' 23:59', 'T23:59:58.123+01:00', ' 23:59:58 UTC'])
      expect(read(`${writtenAs(form)}${time}`)).toBe('2026-03-09');
    const others = DAY_FORMS.filter(
      (each) =>
        each !== form && writtenAs(each).replaceAll(/\d/g, '') !== writtenAs(form).replaceAll(/\d/g, ''),
    );
    for (const other of others) expect(read(writtenAs(other))).toBeUndefined();
  });

  it('is none when its month has no such day, or when anything else stands beside it', () => {
    const read = daysOf('DD.MM.YYYY');
    for (const text of [
      '30.02.2026',
      '00.03.2026',
      '09.13.2026',
      '9.3.2026',
      '09x03x2026',
      '09.03.26',
      ' 09.03.2026',
      '09.03.2026 noon',
      '09.03.2026\n',
      '',
    ])
      expect(read(text)).toBeUndefined();
    expect(daysOf('MM/DD/YYYY')('03/09/2026')).toBe('2026-03-09');
    expect(daysOf('DD/MM/YYYY')('03/09/2026')).toBe('2026-09-03');
  });
});
