import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { APPROVALS_LEASES } from '../../src/adapters/dynamodb/approvals/keys.ts';
import type { DataPlane } from '../../src/adapters/dynamodb/data-plane.ts';
import { LEASE_PARTITION, tableOf } from '../../src/adapters/dynamodb/table.ts';
import { type DynamoDbWakeUps, dynamodbWakeUps } from '../../src/adapters/dynamodb/wake-ups.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { SHARED_SIGNAL_MS, WAKE_UP_TOPICS } from '../../src/ports/wake-ups.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { playedTime } from '../support/played-time.ts';

const engine = await startDynamoDbEngine({});
afterAll(() => engine.stop());

/** Longer than a process takes to hear a ring. */
const HEARD_MS = 5_000;

describe('The bell of a table', () => {
  let call: DataPlane;
  let name: string;
  let underWay: number;
  let asked: string[];
  let isSilent: boolean;
  let time: ReturnType<typeof playedTime>;
  let opened: DynamoDbWakeUps[];

  beforeEach(async () => {
    const table = tableOf(await freshTable(engine.url));
    name = table.name;
    [underWay, asked, isSilent, opened] = [0, [], false, []];
    call = async (operation, input, signal) => {
      asked.push(operation);
      if (isSilent) throw new Error('silent');
      underWay += 1;
      try {
        return await table.call(operation, input, signal);
      } finally {
        underWay -= 1;
      }
    };
    time = playedTime(() => underWay > 0);
    return async () => {
      for (const each of opened) await each.close();
      table.gate.close();
    };
  });
  afterEach(() => void vi.useRealTimers());

  const aProcess = (partition = LEASE_PARTITION): DynamoDbWakeUps => {
    const wakeUps = dynamodbWakeUps({ call, name }, partition);
    opened.push(wakeUps);
    return wakeUps;
  };
  const heardBy = (wakeUps: DynamoDbWakeUps): string[] => {
    const heard: string[] = [];
    for (const topic of WAKE_UP_TOPICS) wakeUps.subscribe(topic, () => heard.push(topic));
    return heard;
  };
  const rings = () => asked.filter((operation) => operation === 'UpdateItem').length;

  it('is heard by the subscribers of every other process, by those of its topic alone, and once', async () => {
    const [near, far, further] = [aProcess(), aProcess(), aProcess()];
    const [heardNear, heardFar, heardFurther] = [heardBy(near), heardBy(far), heardBy(further)];
    await time.calm();
    near.signal('outbox');
    await time.pass(HEARD_MS);
    expect([heardNear, heardFar, heardFurther]).toEqual([['outbox'], ['outbox'], ['outbox']]);
    far.signal('jobs');
    await time.pass(2 * HEARD_MS);
    expect(heardNear).toEqual(['outbox', 'jobs']);
    expect(heardFurther).toEqual(['outbox', 'jobs']);
  });

  it('is rung once for topics that are signalled together, and again for each once its time is over', async () => {
    const [near, far] = [aProcess(), aProcess()];
    const heard = heardBy(far);
    await time.calm();
    for (let n = 0; n < 1_000; n += 1) for (const topic of WAKE_UP_TOPICS) near.signal(topic);
    await time.pass(SHARED_SIGNAL_MS - 1_000);
    for (const topic of WAKE_UP_TOPICS) near.signal(topic);
    await time.calm();
    expect(rings()).toBe(1);
    expect(heard.toSorted()).toEqual(WAKE_UP_TOPICS.toSorted());
    await time.pass(2_000);
    near.signal('outbox');
    await time.pass(HEARD_MS);
    expect(rings()).toBe(2);
    expect(heard).toHaveLength(WAKE_UP_TOPICS.length + 1);
  });

  it('is heard by those that could not read for a while, once for all that was rung meanwhile', async () => {
    const [near, far] = [aProcess(), aProcess()];
    const heard = heardBy(far);
    await time.calm();
    near.signal('outbox');
    await time.calm();
    isSilent = true;
    await time.pass(4 * HEARD_MS);
    expect(heard).toEqual([]);
    isSilent = false;
    await time.pass(HEARD_MS);
    expect(heard).toEqual(['outbox']);
  });

  it('is rung again where a ring could not be written', async () => {
    const [near, far] = [aProcess(), aProcess()];
    const heard = heardBy(far);
    await time.calm();
    isSilent = true;
    near.signal('outbox');
    await time.pass(HEARD_MS);
    near.signal('deliveries');
    await time.calm();
    isSilent = false;
    await time.pass(2 * HEARD_MS);
    expect(heard.toSorted()).toEqual(['deliveries', 'outbox']);
  });

  it('wakes no subscriber for what was rung before it came', async () => {
    const near = aProcess();
    near.signal('outbox');
    await time.calm();
    const heard = heardBy(aProcess());
    await time.pass(2 * HEARD_MS);
    expect(heard).toEqual([]);
  });

  it('is not read by a process without a subscriber, nor by one that is closed', async () => {
    const wakeUps = aProcess();
    wakeUps.signal('outbox');
    await time.pass(HEARD_MS);
    expect(asked).toEqual(['UpdateItem']);
    heardBy(wakeUps);
    await time.calm();
    await wakeUps.close();
    const before = asked.length;
    wakeUps.signal('jobs');
    await time.pass(3 * HEARD_MS);
    expect(asked).toHaveLength(before);
  });

  it('has been rung by the time that a process which signalled is closed', async () => {
    const heard = heardBy(aProcess());
    await time.calm();
    const near = aProcess();
    near.signal('outbox');
    await near.close();
    expect(underWay).toBe(0);
    await time.pass(HEARD_MS);
    expect(heard).toEqual(['outbox']);
  });

  it('of approvals is another than that of the platform', async () => {
    const heard = heardBy(aProcess(APPROVALS_LEASES));
    await time.calm();
    aProcess().signal('outbox');
    await time.pass(HEARD_MS);
    expect(heard).toEqual([]);
  });
});
