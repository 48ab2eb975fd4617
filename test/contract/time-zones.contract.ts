import { describe, expect, it } from 'vitest';
import type { TimeZones } from '../../src/ports/time-zones.ts';

/** What every adapter of `TimeZones` promises. */
export function timeZonesContract(adapter: string, zones: TimeZones): void {
  const first = (zone: string, date: string, time: string) =>
    new Date(zones.firstInstantAt(zone, { date, time })).toISOString();

  describe(`TimeZones contract: ${adapter}`, () => {
    it('names zones as the database writes them, and nothing that is none', () => {
      expect(zones.named('europe/BERLIN')).toBe('Europe/Berlin');
      expect(zones.named('UTC')).toBe('UTC');
      for (const text of ['', '+02:00', '-05', 'Z', 'Mars/Olympus', 'Europe/Berlin\n', 'Europe', '٣', ' UTC'])
        expect(zones.named(text), text).toBeUndefined();
    });

    it('gives the date of each side of the date line', () => {
      const at = Date.parse('2026-03-01T10:30:00Z');
      expect(zones.dateAt('Pacific/Kiritimati', at)).toBe('2026-03-02');
      expect(zones.dateAt('Pacific/Pago_Pago', at)).toBe('2026-02-28');
      expect(zones.dateAt('UTC', at)).toBe('2026-03-01');
    });

    it('gives the instant at which clocks show a time', () => {
      expect(first('UTC', '2026-03-01', '06:00')).toBe('2026-03-01T06:00:00.000Z');
      expect(first('America/New_York', '2026-07-01', '23:59')).toBe('2026-07-02T03:59:00.000Z');
      expect(first('Asia/Kathmandu', '2026-07-01', '00:00')).toBe('2026-06-30T18:15:00.000Z');
    });

    it('gives the instant at which clocks go on where they skip a time', () => {
      for (const time of ['02:00', '02:01', '02:59', '03:00'])
        expect(first('Europe/Berlin', '2026-03-29', time), time).toBe('2026-03-29T01:00:00.000Z');
      expect(first('Australia/Lord_Howe', '2026-10-04', '02:15')).toBe('2026-10-03T15:30:00.000Z');
      // Midnight itself is skipped.
      expect(first('Africa/Cairo', '2026-04-24', '00:00')).toBe('2026-04-23T22:00:00.000Z');
      // A whole day is skipped.
      expect(first('Pacific/Apia', '2011-12-30', '06:00')).toBe('2011-12-30T10:00:00.000Z');
    });

    it('gives the earlier instant of a time that clocks show twice', () => {
      expect(first('Europe/Berlin', '2026-10-25', '02:30')).toBe('2026-10-25T00:30:00.000Z');
      expect(first('America/Havana', '2026-11-01', '00:00')).toBe('2026-11-01T04:00:00.000Z');
    });
  });
}
