import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import { parseRegionName, type Region, type RegionName } from '../../domain/kernel/region.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Lease, Leases } from '../../ports/leases.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

export type RegionPorts = Readonly<{ leases: Leases; clock: Clock }>;

/** No process has ever begun in a region of that name. */
export type RegionUnknown = Readonly<{ kind: 'RegionUnknown'; name: RegionName }>;

/** Every region that processes have begun in, by name. Strongly consistent. */
export const listRegions =
  ({ leases, clock }: RegionPorts) =>
  (): ResultAsync<readonly Region[], StorageUnavailable> =>
    leases.holders(PREFIX, clock.now()).map((epochs) => {
      const newest = new Map<RegionName, Region>();
      for (const region of epochs.flatMap(regionOf).toSorted((a, b) => a.epoch - b.epoch))
        newest.set(region.name, region);
      return [...newest.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    });

/** The region as it is; one that is new is open. */
export const joinRegion =
  (ports: RegionPorts) =>
  (name: RegionName): ResultAsync<Region, StorageUnavailable> =>
    found(ports, name).andThen((region) =>
      region === undefined ? moved(ports, name, false) : okAsync(region),
    );

/** Fences it, or lets it in again. What is so already stays in its epoch. */
export const moveRegion =
  (ports: RegionPorts) =>
  (name: RegionName, isFenced: boolean): ResultAsync<Region, RegionUnknown | StorageUnavailable> =>
    found(ports, name).andThen((region) =>
      region === undefined
        ? errAsync({ kind: 'RegionUnknown' as const, name })
        : moved(ports, name, isFenced),
    );

const found = (ports: RegionPorts, name: RegionName): ResultAsync<Region | undefined, StorageUnavailable> =>
  listRegions(ports)().map((regions) => regions.find((each) => each.name === name));

/** An epoch is a lease that is never given back, so of rivals for one exactly one decides what it is. */
function moved(
  ports: RegionPorts,
  name: RegionName,
  isFenced: boolean,
): ResultAsync<Region, StorageUnavailable> {
  return found(ports, name).andThen((region) => {
    if (region?.isFenced === isFenced) return okAsync(region);
    const next: Region = { name, epoch: (region?.epoch ?? 0) + 1, isFenced };
    return ports.leases
      .hold([leaseNameOf(next)], isFenced ? FENCED : OPEN, ports.clock.now(), FOREVER)
      .andThen((held) => (held.length > 0 ? okAsync(next) : moved(ports, name, isFenced)));
  });
}

const PREFIX = 'region:';
const OPEN = 'open';
const FENCED = 'fenced';
/** The end of the year 9999. */
const FOREVER: Instant = 253_402_300_799_000;

const leaseNameOf = ({ name, epoch }: Region): string => `${PREFIX}${name}:${String(epoch).padStart(9, '0')}`;

function regionOf({ name: text, holder }: Lease): readonly Region[] {
  const [, region = '', epoch] = text.split(':');
  const name = parseRegionName(region);
  return name === undefined ? [] : [{ name, epoch: Number(epoch), isFenced: holder !== OPEN }];
}
