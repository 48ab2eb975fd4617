import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

type Zone = 'utc' | 'local';
type Clock = Readonly<{ zone: Zone; setZone: (zone: Zone) => void }>;

const ClockContext = createContext<Clock>({ zone: 'utc', setZone: () => {} });
const KEPT = 'paywright.zone';

/** Which time zone the page is read in; kept in this browser. */
export function ClockProvider({ children }: Readonly<{ children: ReactNode }>) {
  const [zone, set] = useState<Zone>(() => (localStorage.getItem(KEPT) === 'local' ? 'local' : 'utc'));
  const clock = useMemo(
    () => ({
      zone,
      setZone: (next: Zone) => {
        localStorage.setItem(KEPT, next);
        set(next);
      },
    }),
    [zone],
  );
  return <ClockContext value={clock}>{children}</ClockContext>;
}

const useClock = (): Clock => useContext(ClockContext);

/** The zone in which moments are read now. */
export const useZone = (): Zone => useClock().zone;

const formats = (zone: Zone) => {
  const timeZone = zone === 'utc' ? { timeZone: 'UTC' } : {};
  const date = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return {
    short: new Intl.DateTimeFormat('en-GB', { ...timeZone, ...date, ...time }),
    exact: new Intl.DateTimeFormat('en-GB', {
      ...timeZone,
      ...date,
      ...time,
      second: '2-digit',
      timeZoneName: 'short',
    }),
  };
};
const FORMATS = { utc: formats('utc'), local: formats('local') };

/** A moment, in the zone of the page; the title has it to the second. */
export function Time({ at, exact = false }: Readonly<{ at: string; exact?: boolean }>) {
  const { zone } = useClock();
  const when = new Date(at);
  const text = FORMATS[zone][exact ? 'exact' : 'short'].format(when);
  return (
    <time dateTime={at} title={`${FORMATS[zone].exact.format(when)}\n${at}`} className="whitespace-nowrap">
      {text}
    </time>
  );
}

export function ZoneSwitch() {
  const { zone, setZone } = useClock();
  return (
    <button
      type="button"
      className="button h-7 px-2 text-xs"
      aria-label={`Times in ${zone === 'utc' ? 'UTC' : 'local time'}; switch`}
      onClick={() => setZone(zone === 'utc' ? 'local' : 'utc')}
    >
      {zone === 'utc' ? 'UTC' : 'Local'}
    </button>
  );
}
