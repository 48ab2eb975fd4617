import { setTimeout as pause } from 'node:timers/promises';
import { FENCED_WITHIN_MS } from '../../application/kernel/region-standing.ts';
import { listRegions, moveRegion, type RegionPorts } from '../../application/kernel/regions.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Region, RegionName } from '../../domain/kernel/region.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

type JsonOption = Readonly<{ json?: boolean }>;
export type FenceOptions = JsonOption & Readonly<{ wait: boolean }>;

/** Prints the regions, by name. */
export const listRegionsCommand = (
  config: Config,
  { json = false }: JsonOption,
  terminal: Terminal,
): Promise<ExitCode> =>
  withRegions(config, terminal, async (ports) => {
    const regions = await listRegions(ports)();
    if (regions.isErr()) return silent(terminal);
    terminal.out(
      json
        ? `${JSON.stringify({ regions: regions.value.map(jsonOf) })}\n`
        : regions.value.map(textOf).join('') || 'no process has a region\n',
    );
    return EXIT.ok;
  });

/** Fences a region. It has taken effect when the command ends, unless it is not to wait. */
export const fenceCommand = (
  config: Config,
  name: RegionName,
  { json = false, wait }: FenceOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  withRegions(config, terminal, async (ports) => {
    const moved = await moveRegion(ports)(name, true);
    if (moved.isErr()) return failed(moved.error, terminal);
    if (wait) await pause(FENCED_WITHIN_MS);
    const effectiveInMs = wait ? 0 : FENCED_WITHIN_MS;
    const text = `${textOf(moved.value)}${wait ? 'none of its processes writes any more' : `none of its processes writes any more in ${FENCED_WITHIN_MS / 1_000} s`}\n`;
    terminal.out(
      json ? `${JSON.stringify({ ...jsonOf(moved.value), effective_in_ms: effectiveInMs })}\n` : text,
    );
    return EXIT.ok;
  });

/** Lets processes in that begin from now on. */
export const unfenceCommand = (
  config: Config,
  name: RegionName,
  { json = false }: JsonOption,
  terminal: Terminal,
): Promise<ExitCode> =>
  withRegions(config, terminal, async (ports) => {
    const moved = await moveRegion(ports)(name, false);
    if (moved.isErr()) return failed(moved.error, terminal);
    terminal.out(json ? `${JSON.stringify(jsonOf(moved.value))}\n` : textOf(moved.value));
    return EXIT.ok;
  });

/** Opens the platform as a process of no region, which is never cut off. */
async function withRegions(
  config: Config,
  { err }: Terminal,
  command: (ports: RegionPorts) => Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = await openPlatform({ ...config, region: undefined });
  if ('says' in opened) return notOpened(opened, err);
  try {
    return await command(opened.platform.get(TOKENS.ports));
  } finally {
    await opened.close();
  }
}

function failed(
  failure: Readonly<{ kind: 'RegionUnknown'; name: string } | { kind: 'StorageUnavailable' }>,
  terminal: Terminal,
): ExitCode {
  if (failure.kind === 'StorageUnavailable') return silent(terminal);
  terminal.err(`paywright: no process has begun in region ${failure.name}\n`);
  return EXIT.failed;
}

function silent({ err }: Terminal): ExitCode {
  err('paywright: the storage does not answer\n');
  return EXIT.failed;
}

const jsonOf = ({ name, epoch, isFenced: fenced }: Region) => ({ name, epoch, fenced });

const textOf = ({ name, epoch, isFenced }: Region): string =>
  `${name}: ${isFenced ? 'fenced' : 'open'}, epoch ${epoch}\n`;
