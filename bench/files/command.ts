import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAYWRIGHT = fileURLToPath(new URL('../../bin/paywright', import.meta.url));
const MIB = 1_024 * 1_024;
const SAMPLE_MS = 25;

/** What one run of a command took; memory is its own process's at most, in MiB. */
export type Ran = Readonly<{ tookMs: number; peakMib: number; said: string }>;

/** Runs `paywright` in a process of its own, start and end included, and samples its memory. Linux only. */
export async function ran(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const started = performance.now();
  const child = spawn(PAYWRIGHT, args, {
    env: { ...process.env, LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let peakMib = 0;
  const { pid } = child;
  const sample = () => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      peakMib = Math.max(peakMib, (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024) / MIB);
    } catch {
      // It has ended meanwhile.
    }
  };
  const sampling = setInterval(sample, SAMPLE_MS);
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`paywright ${args.join(' ')} ended with ${code}: ${said}`);
  return { tookMs: performance.now() - started, peakMib, said };
}
