import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { jsonLogger } from '../../../src/entrypoints/http/server/logger.ts';
import { emfMetrics } from '../../../src/entrypoints/lambda/function/emf-metrics.ts';
import {
  type FunctionParts,
  lambdaFunction,
} from '../../../src/entrypoints/lambda/function/lambda-function.ts';

const context = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 30_000 };

function aFunction(parts: Partial<FunctionParts<unknown>>) {
  const lines: string[] = [];
  let now = 1_000_000;
  const write = (line: string) => void lines.push(line);
  const telemetry = {
    log: jsonLogger({ level: 'info', destination: { write } }),
    metrics: emfMetrics({ dimensions: { service: 'platform' }, write, now: () => now }),
  };
  const handler = lambdaFunction({
    telemetry,
    open: () => Promise.resolve(() => Promise.resolve('done')),
    thaw: () => {},
    traced: { begin: () => {}, flush: () => Promise.resolve() },
    now: () => now,
    ...parts,
  });
  return { lines, pass: (ms: number) => void (now += ms), invoke: () => handler({}, context), ...telemetry };
}

describe('an instance of a function', () => {
  it('believes no connection that has been idle for a minute, and every one of less', async () => {
    let thawed = 0;
    const { invoke, pass } = aFunction({ thaw: () => void (thawed += 1) });
    await invoke();
    pass(59_000);
    await invoke();
    expect(thawed).toBe(0);
    pass(61_000);
    await invoke();
    expect(thawed).toBe(1);
  });

  it('opens its storage once, and again when that failed', async () => {
    let opened = 0;
    const { invoke } = aFunction({
      open: () => {
        opened += 1;
        return opened === 1
          ? Promise.reject(new Error('silent'))
          : Promise.resolve(() => Promise.resolve('done'));
      },
    });
    await expect(invoke()).rejects.toThrow('silent');
    expect([await invoke(), await invoke(), opened]).toEqual(['done', 'done', 2]);
  });

  it('has sent its segments when it answers, also when it fails', async () => {
    let sent = 0;
    const traced = {
      begin: () => {},
      flush: async () => {
        await setImmediate();
        sent += 1;
      },
    };
    await aFunction({ traced }).invoke();
    expect(sent).toBe(1);
    const open = () => Promise.resolve(() => Promise.reject(new Error('defect')));
    await expect(aFunction({ traced, open }).invoke()).rejects.toThrow('defect');
    expect(sent).toBe(2);
  });

  it('has written its measurements when it answers, also when it fails, and each once', async () => {
    const failing = aFunction({ open: () => Promise.resolve(() => Promise.reject(new Error('defect'))) });
    failing.metrics.payments.inc({ status: 'succeeded' });
    failing.metrics.payments.inc({ status: 'succeeded' }, 2);
    await expect(failing.invoke()).rejects.toThrow('defect');
    const measured = failing.lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
    expect(measured).toContainEqual({
      _aws: {
        Timestamp: 1_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'paywright',
            Dimensions: [['service', 'status']],
            Metrics: [{ Name: 'payments', Unit: 'Count' }],
          },
        ],
      },
      service: 'platform',
      status: 'succeeded',
      payments: 3,
    });
    await expect(failing.invoke()).rejects.toThrow('defect');
    expect(failing.lines.filter((line) => line.includes('"payments"'))).toHaveLength(1);
  });
});
